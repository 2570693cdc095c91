// What the page's own modules make of a study's maps, beside what the server told.
async ({ scripts, study, plans, notans }) => {
  const { planOf, darkShare } = await import(`${scripts}plan.js`);
  const { mapAt } = await import(`${scripts}stage.js`);
  const sheets = Object.fromEntries(study.readings.flatMap((one) => one.sheets.map((sheet) => [sheet.name, sheet.href])));
  const tones = await mapAt(sheets["value-tones"]);
  const smooth = await mapAt(sheets["value-plan-tones"]);
  const calm = await mapAt(sheets["notan-tones"]);
  const { width, height } = tones;
  const picture = { tones: tones.data, smooth: smooth.data, width, height };
  const found = plans.map(({ count, cut }) => {
    const { cuts, shares, levels } = planOf(picture, { count, cut });
    return { cuts, shares, levels };
  });
  return { plans: found, notans: notans.map((tone) => darkShare(calm.data, tone)) };
}
