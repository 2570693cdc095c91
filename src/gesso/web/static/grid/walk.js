// Walking along a wall by keys: where each leads from the work one is at. It comes with the first key.
const MOST_GOES = 12;
const HEAD_PX = 70;
const ABOVE_PX = 84;

export class Walk {
  constructor(grid) {
    this.grid = grid;
  }

  get count() {
    return this.grid.source.count;
  }

  act(action) {
    const { grid } = this;
    const steps = {
      next: () => this.go(grid.at + 1), previous: () => this.go(grid.at - 1), first: () => this.go(0),
      last: () => this.go(this.count - 1), below: () => this.go(this.beside(1)), above: () => this.go(this.beside(-1)),
      onward: () => this.go(this.beside(this.rowsSeen())), back: () => this.go(this.beside(-this.rowsSeen())),
      favourite: () => grid.mark(grid.at), record: () => this.leave("#record"), compare: () => this.leave("#rounds"),
      set: () => this.choose(),
      wall: () => grid.rehang("wall"), salon: () => grid.rehang("salon"), index: () => grid.rehang("index"),
    };
    if (grid.at === undefined) this.go(action === "last" ? this.count - 1 : this.firstSeen());
    else steps[action]();
  }

  // The first place below the head of the window.
  firstSeen() {
    const { layer, lead, virtual } = this.grid;
    const top = Math.max(0, virtual + HEAD_PX);
    const seen = [...layer.shown].filter(([item, element]) => item >= lead.length && parseFloat(element.style.top) + layer.origin >= top - 1);
    return seen.length ? Math.min(...seen.map(([item]) => item)) - lead.length : 0;
  }

  // The tile of a place, after the wall was moved so that it is seen whole; none where its shape is
  // not known yet.
  reach(place) {
    const { grid } = this, { hung, virtual } = grid;
    const item = place + grid.lead.length;
    const top = hung.topOf(item), high = hung.heightAt(item);
    if (top < virtual + HEAD_PX + 6) grid.show(item, ABOVE_PX);
    else if (top + high > virtual + innerHeight) grid.show(item, Math.max(ABOVE_PX, innerHeight - high - 16));
    grid.speed = 0;
    grid.render();
    return grid.layer.shown.get(item);
  }

  rowsSeen() {
    const { target, below } = this.grid.hung.measures;
    return Math.max(1, Math.floor((innerHeight - 80) / (target + below)));
  }

  beside(rows) {
    const lead = this.grid.lead.length;
    return this.grid.hung.beside(this.grid.at + lead, rows) - lead;
  }

  go(place, goes = 0) {
    const wanted = Math.max(0, Math.min(this.count - 1, place));
    this.grid.at = wanted;
    const element = this.reach(wanted);
    clearTimeout(this.going);
    // A link without its work leads nowhere yet, and cannot be gone to.
    if (element?.tile) {
      element.firstElementChild.focus({ preventScroll: true });
      this.grid.say(`${wanted + 1} of ${this.count}`);
    } else if (goes < MOST_GOES) {
      // A place far away that is not known yet: it is gone to again when it is.
      const again = () => { if (this.grid.at === wanted) this.go(wanted, goes + 1); };
      this.going = setTimeout(again, 60 * 1.5 ** goes);
    }
  }

  leave(where) {
    const tile = this.grid.source.tiles.get(this.grid.at);
    if (!tile) return;
    this.grid.remember(this.grid.at);
    location.assign(this.grid.addressOf(tile) + where);
  }

  async choose() {
    const tile = this.grid.source.tiles.get(this.grid.at);
    if (!tile) return;
    const { chooseSet } = await import("../sets/choose.js");
    chooseSet([tile.id], tile.title);
  }
}
