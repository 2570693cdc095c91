CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)
--
CREATE TABLE blobs (
	"key" VARCHAR(67) NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	media_type VARCHAR(40) NOT NULL, 
	added_at DATETIME NOT NULL, 
	CONSTRAINT pk_blobs PRIMARY KEY ("key")
)
--
CREATE TABLE work_counts (
	origin VARCHAR(16) NOT NULL, 
	source VARCHAR(255) NOT NULL, 
	standing VARCHAR(16) NOT NULL, 
	count INTEGER NOT NULL, 
	CONSTRAINT pk_work_counts PRIMARY KEY (origin, source, standing)
)
--
CREATE TABLE runs (
	id VARCHAR(100) NOT NULL, 
	theme TEXT DEFAULT '' NOT NULL, 
	options TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT pk_runs PRIMARY KEY (id)
)
--
CREATE INDEX ix_runs_created_at ON runs (created_at)
--
CREATE TABLE prompts (
	run VARCHAR(100) NOT NULL, 
	item VARCHAR(255) NOT NULL, 
	position INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	theme TEXT DEFAULT '' NOT NULL, 
	concept_key TEXT, 
	concept TEXT, 
	prompt TEXT, 
	kept INTEGER, 
	reason TEXT DEFAULT '' NOT NULL, 
	settings TEXT NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT pk_prompts PRIMARY KEY (run, item), 
	CONSTRAINT fk_prompts_run FOREIGN KEY(run) REFERENCES runs (id), 
	CONSTRAINT fk_prompts_kept FOREIGN KEY(kept) REFERENCES works (id)
)
--
CREATE INDEX ix_prompts_concept_key ON prompts (concept_key)
--
CREATE INDEX ix_prompts_run_position ON prompts (run, position)
--
CREATE TABLE iterations (
	run VARCHAR(100) NOT NULL, 
	item VARCHAR(255) NOT NULL, 
	number INTEGER NOT NULL, 
	prompt TEXT NOT NULL, 
	comparison TEXT, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_iterations PRIMARY KEY (run, item, number), 
	CONSTRAINT fk_iterations_run_item FOREIGN KEY(run, item) REFERENCES prompts (run, item)
)
--
CREATE TABLE refined_prompts (
	run VARCHAR(100) NOT NULL, 
	item VARCHAR(255) NOT NULL, 
	number INTEGER NOT NULL, 
	parent INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	reasoning TEXT DEFAULT '' NOT NULL, 
	refiner VARCHAR(100) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_refined_prompts PRIMARY KEY (run, item, number), 
	CONSTRAINT fk_refined_prompts_run_item_number FOREIGN KEY(run, item, number) REFERENCES iterations (run, item, number)
)
--
CREATE TABLE evaluations (
	run VARCHAR(100) NOT NULL, 
	item VARCHAR(255) NOT NULL, 
	number INTEGER NOT NULL, 
	slot INTEGER NOT NULL, 
	work INTEGER NOT NULL, 
	seed BIGINT NOT NULL, 
	score FLOAT NOT NULL, 
	error FLOAT NOT NULL, 
	critic VARCHAR(100) NOT NULL, 
	evaluation TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_evaluations PRIMARY KEY (run, item, number, slot), 
	CONSTRAINT fk_evaluations_run_item_number FOREIGN KEY(run, item, number) REFERENCES iterations (run, item, number), 
	CONSTRAINT fk_evaluations_work FOREIGN KEY(work) REFERENCES works (id)
)
--
CREATE INDEX ix_evaluations_work ON evaluations (work)
--
CREATE TABLE api_calls (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	run VARCHAR(100) DEFAULT '' NOT NULL, 
	item VARCHAR(255) DEFAULT '' NOT NULL, 
	provider VARCHAR(100) NOT NULL, 
	operation VARCHAR(100) NOT NULL, 
	model VARCHAR(255) DEFAULT '' NOT NULL, 
	attempt INTEGER NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	request_id VARCHAR(255) DEFAULT '' NOT NULL, 
	status INTEGER, 
	reserved_usd FLOAT NOT NULL, 
	cost_usd FLOAT, 
	price_source VARCHAR(100) DEFAULT '' NOT NULL, 
	input_units FLOAT, 
	output_units FLOAT, 
	waited_s FLOAT NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	error VARCHAR(40) DEFAULT '' NOT NULL, 
	process VARCHAR(255) NOT NULL
)
--
CREATE INDEX ix_api_calls_key ON api_calls ("key")
--
CREATE INDEX ix_api_calls_spending ON api_calls (run, state, cost_usd, reserved_usd)
--
CREATE TABLE error_logs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	run VARCHAR(100) DEFAULT '' NOT NULL, 
	item VARCHAR(255) DEFAULT '' NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	message TEXT NOT NULL, 
	action VARCHAR(16) NOT NULL, 
	recovered BOOLEAN NOT NULL
)
--
CREATE INDEX ix_error_logs_at ON error_logs (at)
--
CREATE INDEX ix_error_logs_run ON error_logs (run)
--
CREATE TABLE version_info (
	component VARCHAR(100) NOT NULL, 
	version VARCHAR(255) NOT NULL, 
	first_seen DATETIME NOT NULL, 
	CONSTRAINT pk_version_info PRIMARY KEY (component, version)
)
--
CREATE TABLE facet_counts (
	facet VARCHAR(16) NOT NULL, 
	value TEXT NOT NULL, 
	standing VARCHAR(16) NOT NULL, 
	count INTEGER NOT NULL, 
	CONSTRAINT pk_facet_counts PRIMARY KEY (facet, value, standing)
)
--
CREATE TABLE "works" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	title TEXT DEFAULT '' NOT NULL, 
	creator TEXT DEFAULT '' NOT NULL, 
	origin VARCHAR(16) NOT NULL, 
	source VARCHAR(255) NOT NULL, 
	identifier TEXT DEFAULT '' NOT NULL, 
	run VARCHAR(100) DEFAULT '' NOT NULL, 
	source_type VARCHAR(80) DEFAULT '' NOT NULL, 
	licence TEXT DEFAULT '' NOT NULL, 
	credit TEXT DEFAULT '' NOT NULL, 
	rights_url TEXT DEFAULT '' NOT NULL, 
	standing VARCHAR(16) NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	media_type VARCHAR(40) NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	blob VARCHAR(67), 
	thumb_512 VARCHAR(67), 
	thumb_256 VARCHAR(67), 
	data_sha256 VARCHAR(64), 
	pixels_sha256 VARCHAR(64), 
	dhash VARCHAR(16), 
	phash VARCHAR(16), 
	thumbhash VARCHAR(64), 
	swatches TEXT DEFAULT '' NOT NULL, 
	added_at DATETIME NOT NULL, 
	favourite BOOLEAN DEFAULT 0 NOT NULL, 
	shuffle BIGINT NOT NULL, 
	seed BIGINT, 
	prompt TEXT DEFAULT '' NOT NULL, 
	tags TEXT DEFAULT '' NOT NULL, 
	recipe TEXT, 
	date_text TEXT DEFAULT '' NOT NULL, 
	year_from INTEGER, 
	year_to INTEGER, 
	medium TEXT DEFAULT '' NOT NULL, 
	kind TEXT DEFAULT '' NOT NULL, 
	style TEXT DEFAULT '' NOT NULL, 
	place TEXT DEFAULT '' NOT NULL, 
	page_url TEXT DEFAULT '' NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	caption TEXT DEFAULT '' NOT NULL, 
	extra TEXT, 
	CONSTRAINT fk_works_blob FOREIGN KEY(blob) REFERENCES blobs ("key"), 
	CONSTRAINT fk_works_thumb_512 FOREIGN KEY(thumb_512) REFERENCES blobs ("key"), 
	CONSTRAINT fk_works_thumb_256 FOREIGN KEY(thumb_256) REFERENCES blobs ("key")
)
--
CREATE INDEX ix_works_blob ON works (blob) WHERE blob IS NOT NULL
--
CREATE INDEX ix_works_thumb_512 ON works (thumb_512) WHERE thumb_512 IS NOT NULL
--
CREATE INDEX ix_works_thumb_256 ON works (thumb_256) WHERE thumb_256 IS NOT NULL
--
CREATE INDEX ix_works_data_sha256 ON works (data_sha256) WHERE data_sha256 IS NOT NULL
--
CREATE INDEX ix_works_pixels_sha256 ON works (pixels_sha256) WHERE pixels_sha256 IS NOT NULL
--
CREATE INDEX ix_works_favourite_added ON works (favourite, standing, added_at, id)
--
CREATE INDEX ix_works_run_identifier ON works (run, identifier)
--
CREATE INDEX ix_works_standing_added ON works (standing, added_at, id)
--
CREATE INDEX ix_works_standing_origin_added ON works (standing, origin, added_at, id)
--
CREATE INDEX ix_works_standing_shuffle ON works (standing, shuffle, id)
--
CREATE UNIQUE INDEX uq_works_identifier ON works (origin, source, identifier) WHERE identifier <> ''
--
CREATE VIRTUAL TABLE works_fts USING fts5(title, creator, tags, prompt, text, caption, medium, kind, style, place, content='works', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')
--
CREATE TABLE works_arriving (first INTEGER NOT NULL)
--
CREATE TRIGGER works_added AFTER INSERT ON works WHEN NOT EXISTS (SELECT 1 FROM works_arriving) BEGIN INSERT INTO works_fts(rowid, title, creator, tags, prompt, text, caption, medium, kind, style, place) VALUES (new.id, new.title, new.creator, new.tags, new.prompt, new.text, new.caption, new.medium, new.kind, new.style, new.place); INSERT INTO work_counts(origin, source, standing, count) VALUES (new.origin, new.source, new.standing, 1) ON CONFLICT(origin, source, standing) DO UPDATE SET count = count + 1; INSERT INTO facet_counts(facet, value, standing, count) SELECT facet, value, new.standing, 1 FROM (SELECT 'source' AS facet, new.source AS value UNION ALL SELECT 'origin' AS facet, new.origin AS value UNION ALL SELECT 'licence' AS facet, new.licence AS value UNION ALL SELECT 'kind' AS facet, new.kind AS value UNION ALL SELECT 'style' AS facet, new.style AS value UNION ALL SELECT 'place' AS facet, new.place AS value UNION ALL SELECT 'decade' AS facet, CAST(new.year_from - ((new.year_from % 10) + 10) % 10 AS TEXT) AS value) WHERE value <> '' ON CONFLICT(facet, value, standing) DO UPDATE SET count = count + 1; END
--
CREATE TRIGGER works_removed AFTER DELETE ON works BEGIN INSERT INTO works_fts(works_fts, rowid, title, creator, tags, prompt, text, caption, medium, kind, style, place) VALUES ('delete', old.id, old.title, old.creator, old.tags, old.prompt, old.text, old.caption, old.medium, old.kind, old.style, old.place); UPDATE work_counts SET count = count - 1 WHERE origin = old.origin AND source = old.source AND standing = old.standing; INSERT INTO facet_counts(facet, value, standing, count) SELECT facet, value, old.standing, -1 FROM (SELECT 'source' AS facet, old.source AS value UNION ALL SELECT 'origin' AS facet, old.origin AS value UNION ALL SELECT 'licence' AS facet, old.licence AS value UNION ALL SELECT 'kind' AS facet, old.kind AS value UNION ALL SELECT 'style' AS facet, old.style AS value UNION ALL SELECT 'place' AS facet, old.place AS value UNION ALL SELECT 'decade' AS facet, CAST(old.year_from - ((old.year_from % 10) + 10) % 10 AS TEXT) AS value) WHERE value <> '' ON CONFLICT(facet, value, standing) DO UPDATE SET count = count + -1; END
--
CREATE TRIGGER works_reworded AFTER UPDATE OF title, creator, tags, prompt, text, caption, medium, kind, style, place ON works BEGIN INSERT INTO works_fts(works_fts, rowid, title, creator, tags, prompt, text, caption, medium, kind, style, place) VALUES ('delete', old.id, old.title, old.creator, old.tags, old.prompt, old.text, old.caption, old.medium, old.kind, old.style, old.place); INSERT INTO works_fts(rowid, title, creator, tags, prompt, text, caption, medium, kind, style, place) VALUES (new.id, new.title, new.creator, new.tags, new.prompt, new.text, new.caption, new.medium, new.kind, new.style, new.place); END
--
CREATE TRIGGER works_moved AFTER UPDATE OF origin, source, standing, licence, kind, style, place, year_from ON works BEGIN UPDATE work_counts SET count = count - 1 WHERE origin = old.origin AND source = old.source AND standing = old.standing; INSERT INTO facet_counts(facet, value, standing, count) SELECT facet, value, old.standing, -1 FROM (SELECT 'source' AS facet, old.source AS value UNION ALL SELECT 'origin' AS facet, old.origin AS value UNION ALL SELECT 'licence' AS facet, old.licence AS value UNION ALL SELECT 'kind' AS facet, old.kind AS value UNION ALL SELECT 'style' AS facet, old.style AS value UNION ALL SELECT 'place' AS facet, old.place AS value UNION ALL SELECT 'decade' AS facet, CAST(old.year_from - ((old.year_from % 10) + 10) % 10 AS TEXT) AS value) WHERE value <> '' ON CONFLICT(facet, value, standing) DO UPDATE SET count = count + -1; INSERT INTO work_counts(origin, source, standing, count) VALUES (new.origin, new.source, new.standing, 1) ON CONFLICT(origin, source, standing) DO UPDATE SET count = count + 1; INSERT INTO facet_counts(facet, value, standing, count) SELECT facet, value, new.standing, 1 FROM (SELECT 'source' AS facet, new.source AS value UNION ALL SELECT 'origin' AS facet, new.origin AS value UNION ALL SELECT 'licence' AS facet, new.licence AS value UNION ALL SELECT 'kind' AS facet, new.kind AS value UNION ALL SELECT 'style' AS facet, new.style AS value UNION ALL SELECT 'place' AS facet, new.place AS value UNION ALL SELECT 'decade' AS facet, CAST(new.year_from - ((new.year_from % 10) + 10) % 10 AS TEXT) AS value) WHERE value <> '' ON CONFLICT(facet, value, standing) DO UPDATE SET count = count + 1; END
--
CREATE TABLE acquisitions (
	id VARCHAR(100) NOT NULL, 
	source VARCHAR(100) NOT NULL, 
	wish TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	listed BOOLEAN DEFAULT 0 NOT NULL, 
	counts TEXT NOT NULL, 
	began_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_acquisitions PRIMARY KEY (id)
)
--
CREATE INDEX ix_acquisitions_began_at ON acquisitions (began_at)
--
CREATE TABLE finds (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	source VARCHAR(255) NOT NULL, 
	identifier TEXT NOT NULL, 
	url TEXT DEFAULT '' NOT NULL, 
	page TEXT DEFAULT '' NOT NULL, 
	facts TEXT DEFAULT '' NOT NULL, 
	licence TEXT DEFAULT '' NOT NULL, 
	credit TEXT DEFAULT '' NOT NULL, 
	rights_url TEXT DEFAULT '' NOT NULL, 
	revision TEXT DEFAULT '' NOT NULL, 
	media_type VARCHAR(255) DEFAULT '' NOT NULL, 
	size_bytes BIGINT, 
	state VARCHAR(16) NOT NULL, 
	work INTEGER, 
	tries INTEGER DEFAULT 0 NOT NULL, 
	next_try DATETIME, 
	reason TEXT DEFAULT '' NOT NULL, 
	validator TEXT DEFAULT '' NOT NULL, 
	run VARCHAR(100) DEFAULT '' NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT uq_finds_source_identifier UNIQUE (source, identifier), 
	CONSTRAINT fk_finds_work FOREIGN KEY(work) REFERENCES works (id)
)
--
CREATE INDEX ix_finds_work ON finds (work) WHERE work IS NOT NULL
--
CREATE INDEX ix_finds_due ON finds (run, state, next_try, id)
--
CREATE TABLE captions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	work INTEGER NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	tags TEXT DEFAULT '' NOT NULL, 
	maker VARCHAR(100) NOT NULL, 
	version VARCHAR(255) DEFAULT '' NOT NULL, 
	made_by TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT uq_captions_work_maker_version UNIQUE (work, maker, version), 
	CONSTRAINT fk_captions_work FOREIGN KEY(work) REFERENCES works (id)
)
--
CREATE TABLE labels (
	work INTEGER NOT NULL, 
	label_set VARCHAR(100) NOT NULL, 
	label_source VARCHAR(16) NOT NULL, 
	label VARCHAR(255) NOT NULL, 
	score FLOAT NOT NULL, 
	decision VARCHAR(16) NOT NULL, 
	made_by TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_labels PRIMARY KEY (work, label_set, label_source, label), 
	CONSTRAINT fk_labels_work FOREIGN KEY(work) REFERENCES works (id)
)
--
CREATE INDEX ix_labels_label_set_label ON labels (label_set, label, work)
--
CREATE TABLE scores (
	work INTEGER NOT NULL, 
	scorer VARCHAR(100) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	value FLOAT NOT NULL, 
	made_by TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_scores PRIMARY KEY (work, scorer, name), 
	CONSTRAINT fk_scores_work FOREIGN KEY(work) REFERENCES works (id)
)
--
CREATE INDEX ix_scores_name_value ON scores (scorer, name, value, work)
--
CREATE TABLE duplicates (
	work INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	method VARCHAR(40) NOT NULL, 
	score FLOAT NOT NULL, 
	by_person BOOLEAN DEFAULT 0 NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_duplicates PRIMARY KEY (work), 
	CONSTRAINT fk_duplicates_work FOREIGN KEY(work) REFERENCES works (id)
)
--
CREATE INDEX ix_duplicates_group_id ON duplicates (group_id)
--
CREATE TABLE not_duplicates (
	first INTEGER NOT NULL, 
	second INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_not_duplicates PRIMARY KEY (first, second), 
	CONSTRAINT fk_not_duplicates_first FOREIGN KEY(first) REFERENCES works (id), 
	CONSTRAINT fk_not_duplicates_second FOREIGN KEY(second) REFERENCES works (id)
)
--
CREATE INDEX ix_not_duplicates_second ON not_duplicates (second)
--
CREATE TABLE outbox (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(16) NOT NULL, 
	"key" TEXT NOT NULL, 
	CONSTRAINT uq_outbox_kind_key UNIQUE (kind, "key")
)
--
CREATE INDEX ix_outbox_kind_seq ON outbox (kind, seq)
--
CREATE TRIGGER works_insert_announced AFTER INSERT ON works WHEN NOT EXISTS (SELECT 1 FROM works_arriving) BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.id AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.id AS TEXT)); END
--
CREATE TRIGGER works_update_announced AFTER UPDATE ON works BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.id AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.id AS TEXT)); END
--
CREATE TRIGGER works_delete_announced AFTER DELETE ON works BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(old.id AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(old.id AS TEXT)); END
--
CREATE TRIGGER captions_insert_announced AFTER INSERT ON captions BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.work AS TEXT)); END
--
CREATE TRIGGER captions_update_announced AFTER UPDATE ON captions BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.work AS TEXT)); END
--
CREATE TRIGGER captions_delete_announced AFTER DELETE ON captions BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(old.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(old.work AS TEXT)); END
--
CREATE TRIGGER labels_insert_announced AFTER INSERT ON labels BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.work AS TEXT)); END
--
CREATE TRIGGER labels_update_announced AFTER UPDATE ON labels BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.work AS TEXT)); END
--
CREATE TRIGGER labels_delete_announced AFTER DELETE ON labels BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(old.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(old.work AS TEXT)); END
--
CREATE TRIGGER scores_insert_announced AFTER INSERT ON scores BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.work AS TEXT)); END
--
CREATE TRIGGER scores_update_announced AFTER UPDATE ON scores BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.work AS TEXT)); END
--
CREATE TRIGGER scores_delete_announced AFTER DELETE ON scores BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(old.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(old.work AS TEXT)); END
--
CREATE TRIGGER duplicates_insert_announced AFTER INSERT ON duplicates BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.work AS TEXT)); END
--
CREATE TRIGGER duplicates_update_announced AFTER UPDATE ON duplicates BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(new.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(new.work AS TEXT)); END
--
CREATE TRIGGER duplicates_delete_announced AFTER DELETE ON duplicates BEGIN DELETE FROM outbox WHERE kind = 'work' AND key = CAST(old.work AS TEXT); INSERT INTO outbox(kind, key) VALUES ('work', CAST(old.work AS TEXT)); END
--
CREATE TRIGGER runs_insert_announced AFTER INSERT ON runs BEGIN DELETE FROM outbox WHERE kind = 'run' AND key = CAST(new.id AS TEXT); INSERT INTO outbox(kind, key) VALUES ('run', CAST(new.id AS TEXT)); END
--
CREATE TRIGGER runs_update_announced AFTER UPDATE ON runs BEGIN DELETE FROM outbox WHERE kind = 'run' AND key = CAST(new.id AS TEXT); INSERT INTO outbox(kind, key) VALUES ('run', CAST(new.id AS TEXT)); END
--
CREATE TRIGGER runs_delete_announced AFTER DELETE ON runs BEGIN DELETE FROM outbox WHERE kind = 'run' AND key = CAST(old.id AS TEXT); INSERT INTO outbox(kind, key) VALUES ('run', CAST(old.id AS TEXT)); END
--
CREATE TRIGGER prompts_insert_announced AFTER INSERT ON prompts BEGIN DELETE FROM outbox WHERE kind = 'prompt' AND key = CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT); INSERT INTO outbox(kind, key) VALUES ('prompt', CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT)); END
--
CREATE TRIGGER prompts_update_announced AFTER UPDATE ON prompts BEGIN DELETE FROM outbox WHERE kind = 'prompt' AND key = CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT); INSERT INTO outbox(kind, key) VALUES ('prompt', CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT)); END
--
CREATE TRIGGER prompts_delete_announced AFTER DELETE ON prompts BEGIN DELETE FROM outbox WHERE kind = 'prompt' AND key = CAST(old.run AS TEXT) || '/' || CAST(old.item AS TEXT); INSERT INTO outbox(kind, key) VALUES ('prompt', CAST(old.run AS TEXT) || '/' || CAST(old.item AS TEXT)); END
--
CREATE TRIGGER iterations_insert_announced AFTER INSERT ON iterations BEGIN DELETE FROM outbox WHERE kind = 'iteration' AND key = CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT); INSERT INTO outbox(kind, key) VALUES ('iteration', CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT)); END
--
CREATE TRIGGER iterations_update_announced AFTER UPDATE ON iterations BEGIN DELETE FROM outbox WHERE kind = 'iteration' AND key = CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT); INSERT INTO outbox(kind, key) VALUES ('iteration', CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT)); END
--
CREATE TRIGGER iterations_delete_announced AFTER DELETE ON iterations BEGIN DELETE FROM outbox WHERE kind = 'iteration' AND key = CAST(old.run AS TEXT) || '/' || CAST(old.item AS TEXT) || '/' || CAST(old.number AS TEXT); INSERT INTO outbox(kind, key) VALUES ('iteration', CAST(old.run AS TEXT) || '/' || CAST(old.item AS TEXT) || '/' || CAST(old.number AS TEXT)); END
--
CREATE TRIGGER refined_prompts_insert_announced AFTER INSERT ON refined_prompts BEGIN DELETE FROM outbox WHERE kind = 'iteration' AND key = CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT); INSERT INTO outbox(kind, key) VALUES ('iteration', CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT)); END
--
CREATE TRIGGER refined_prompts_update_announced AFTER UPDATE ON refined_prompts BEGIN DELETE FROM outbox WHERE kind = 'iteration' AND key = CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT); INSERT INTO outbox(kind, key) VALUES ('iteration', CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT)); END
--
CREATE TRIGGER refined_prompts_delete_announced AFTER DELETE ON refined_prompts BEGIN DELETE FROM outbox WHERE kind = 'iteration' AND key = CAST(old.run AS TEXT) || '/' || CAST(old.item AS TEXT) || '/' || CAST(old.number AS TEXT); INSERT INTO outbox(kind, key) VALUES ('iteration', CAST(old.run AS TEXT) || '/' || CAST(old.item AS TEXT) || '/' || CAST(old.number AS TEXT)); END
--
CREATE TRIGGER evaluations_insert_announced AFTER INSERT ON evaluations BEGIN DELETE FROM outbox WHERE kind = 'evaluation' AND key = CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT) || '/' || CAST(new.slot AS TEXT); INSERT INTO outbox(kind, key) VALUES ('evaluation', CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT) || '/' || CAST(new.slot AS TEXT)); END
--
CREATE TRIGGER evaluations_update_announced AFTER UPDATE ON evaluations BEGIN DELETE FROM outbox WHERE kind = 'evaluation' AND key = CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT) || '/' || CAST(new.slot AS TEXT); INSERT INTO outbox(kind, key) VALUES ('evaluation', CAST(new.run AS TEXT) || '/' || CAST(new.item AS TEXT) || '/' || CAST(new.number AS TEXT) || '/' || CAST(new.slot AS TEXT)); END
--
CREATE TRIGGER evaluations_delete_announced AFTER DELETE ON evaluations BEGIN DELETE FROM outbox WHERE kind = 'evaluation' AND key = CAST(old.run AS TEXT) || '/' || CAST(old.item AS TEXT) || '/' || CAST(old.number AS TEXT) || '/' || CAST(old.slot AS TEXT); INSERT INTO outbox(kind, key) VALUES ('evaluation', CAST(old.run AS TEXT) || '/' || CAST(old.item AS TEXT) || '/' || CAST(old.number AS TEXT) || '/' || CAST(old.slot AS TEXT)); END
--
CREATE TRIGGER api_calls_insert_announced AFTER INSERT ON api_calls BEGIN DELETE FROM outbox WHERE kind = 'call' AND key = CAST(new.id AS TEXT); INSERT INTO outbox(kind, key) VALUES ('call', CAST(new.id AS TEXT)); END
--
CREATE TRIGGER api_calls_update_announced AFTER UPDATE ON api_calls BEGIN DELETE FROM outbox WHERE kind = 'call' AND key = CAST(new.id AS TEXT); INSERT INTO outbox(kind, key) VALUES ('call', CAST(new.id AS TEXT)); END
--
CREATE TRIGGER api_calls_delete_announced AFTER DELETE ON api_calls BEGIN DELETE FROM outbox WHERE kind = 'call' AND key = CAST(old.id AS TEXT); INSERT INTO outbox(kind, key) VALUES ('call', CAST(old.id AS TEXT)); END
--
CREATE TABLE studies (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	work INTEGER NOT NULL, 
	settings_sha256 VARCHAR(64) NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT fk_studies_work FOREIGN KEY(work) REFERENCES works (id)
)
--
CREATE INDEX ix_studies_work_created ON studies (work, created_at, id)
--
CREATE TABLE marks (
	work INTEGER NOT NULL, 
	made_by VARCHAR(100) NOT NULL, 
	compared BOOLEAN DEFAULT 0 NOT NULL, 
	created_at DATETIME NOT NULL, 
	vector BLOB NOT NULL, 
	words BLOB NOT NULL, 
	points BLOB NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (work), 
	CONSTRAINT fk_marks_work FOREIGN KEY(work) REFERENCES works (id)
)
--
CREATE INDEX ix_marks_compared ON marks (compared, work)
--
CREATE TABLE classifiers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	label_set VARCHAR(100) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	space VARCHAR(100) NOT NULL, 
	version VARCHAR(64) NOT NULL, 
	body TEXT NOT NULL, 
	report TEXT NOT NULL, 
	created_at DATETIME NOT NULL
)
--
CREATE INDEX ix_classifiers_label_set ON classifiers (label_set, kind, id)
--
CREATE TABLE tracks (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	blob VARCHAR(67) NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	media_type VARCHAR(40) NOT NULL, 
	codec VARCHAR(40) NOT NULL, 
	rate INTEGER NOT NULL, 
	channels INTEGER NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	artist TEXT DEFAULT '' NOT NULL, 
	album TEXT DEFAULT '' NOT NULL, 
	tags TEXT DEFAULT '' NOT NULL, 
	licence TEXT DEFAULT '' NOT NULL, 
	credit TEXT DEFAULT '' NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	is_damaged BOOLEAN NOT NULL, 
	hearing TEXT NOT NULL, 
	valence FLOAT NOT NULL, 
	arousal FLOAT NOT NULL, 
	heard_by VARCHAR(40) NOT NULL, 
	added_at DATETIME NOT NULL, 
	waveform BLOB NOT NULL, 
	CONSTRAINT fk_tracks_blob FOREIGN KEY(blob) REFERENCES blobs ("key")
)
--
CREATE UNIQUE INDEX uq_tracks_blob ON tracks (blob)
--
CREATE TABLE stories (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	title TEXT DEFAULT '' NOT NULL, 
	version INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL
, deleted_at DATETIME)
--
CREATE INDEX ix_stories_changed ON stories (changed_at, id)
--
CREATE TABLE story_versions (
	story INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_story_versions PRIMARY KEY (story, version), 
	CONSTRAINT fk_story_versions_story FOREIGN KEY(story) REFERENCES stories (id)
)
--
CREATE TABLE shares (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	digest VARCHAR(64) NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	subject INTEGER NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME
)
--
CREATE UNIQUE INDEX uq_shares_digest ON shares (digest)
--
CREATE INDEX ix_shares_kind_subject ON shares (kind, subject, id)
--
CREATE TABLE pairings (
	work INTEGER NOT NULL, 
	track INTEGER NOT NULL, 
	fits BOOLEAN NOT NULL, 
	source VARCHAR(40) NOT NULL, 
	added_at DATETIME NOT NULL, 
	CONSTRAINT pk_pairings PRIMARY KEY (work, track), 
	CONSTRAINT fk_pairings_work FOREIGN KEY(work) REFERENCES works (id) ON DELETE CASCADE, 
	CONSTRAINT fk_pairings_track FOREIGN KEY(track) REFERENCES tracks (id) ON DELETE CASCADE
)
--
CREATE INDEX ix_pairings_track ON pairings (track)
--
CREATE TABLE matchers (
	version INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(40) NOT NULL, 
	space VARCHAR(200) NOT NULL, 
	report TEXT NOT NULL, 
	made_at DATETIME NOT NULL, 
	body BLOB NOT NULL
)
--
CREATE TABLE matcher_turns (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	version INTEGER, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_matcher_turns_version FOREIGN KEY(version) REFERENCES matchers (version)
)
--
CREATE TABLE tokens (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(100) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	scope VARCHAR(8) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	revoked_at DATETIME, 
	used_at DATETIME
)
--
CREATE UNIQUE INDEX uq_tokens_digest ON tokens (digest)
--
CREATE TABLE sessions (
	digest VARCHAR(64) NOT NULL, 
	opened_by VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (digest)
)
--
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)
--
CREATE TABLE audits (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	who VARCHAR(100) NOT NULL, 
	origin VARCHAR(64) DEFAULT '' NOT NULL, 
	operation VARCHAR(100) NOT NULL, 
	method VARCHAR(8) NOT NULL, 
	path TEXT NOT NULL, 
	status INTEGER NOT NULL
)
--
CREATE INDEX ix_audits_at ON audits (at)
--
CREATE TABLE sets (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(200) NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	cover INTEGER, 
	version INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	CONSTRAINT fk_sets_cover FOREIGN KEY(cover) REFERENCES works (id)
)
--
CREATE INDEX ix_sets_changed ON sets (changed_at, id)
--
CREATE TABLE set_works (
	"set" INTEGER NOT NULL, 
	work INTEGER NOT NULL, 
	position BIGINT NOT NULL, 
	added_at DATETIME NOT NULL, 
	CONSTRAINT pk_set_works PRIMARY KEY ("set", work), 
	CONSTRAINT fk_set_works_set FOREIGN KEY("set") REFERENCES sets (id), 
	CONSTRAINT fk_set_works_work FOREIGN KEY(work) REFERENCES works (id)
)
--
CREATE INDEX ix_set_works_position ON set_works ("set", position, work)
--
CREATE INDEX ix_set_works_work ON set_works (work)
--
CREATE INDEX ix_api_calls_days ON api_calls (date(started_at), provider, state, cost_usd, reserved_usd)
