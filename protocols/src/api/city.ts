import { Type, type Static } from 'typebox';
import { AREA_LEVELS } from '../areas.js';
import { ALERT_ENDS, SEVERITIES } from '../alerts.js';
import { wordsSchema } from '../blank.js';
import { DEVICE_KINDS } from '../devices.js';
import { METRIC_KEYS } from '../metrics.js';
import { AGGREGATE_WINDOWS } from './aggregates.js';
import { CursorQuery, EpochMsSchema, IdSchema, LabelSchema, TimeQuerySchema, oneOf } from './common.js';

/** Longest time a request of GET /city/alerts is held until something changes (s). */
export const LONGEST_WAIT_S = 25;
/**
 * GET /city/alerts, on a hub and on the city alike. `since`: the `next` of the answer before. `from`: leaves out what cleared before then. `wait`: with nothing to tell, the answer is held
 * for so many seconds, or until there is something.
 */
export const CityAlertQuerySchema = Type.Object({
  since: CursorQuery, from: Type.Optional(TimeQuerySchema), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })), wait: Type.Optional(Type.Integer({ minimum: 0, maximum: LONGEST_WAIT_S, default: 0 })),
}, { additionalProperties: false });

/**
 * An alert that escalated to the city's tier, as the city is told of it: of a thing, with no word of a person. Who acknowledged it, to whom it is assigned and what people wrote stay on the hub,
 * which owns it. `subdistrict`: whose hub it is. `areaName`: of the area, as its hub calls it.
 */
export const CityAlertSchema = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }), subdistrict: Type.Optional(IdSchema), area: IdSchema, areaName: Type.Optional(Type.String({ maxLength: 200 })), areaNameEn: Type.Optional(Type.String({ maxLength: 200 })), deviceId: Type.Optional(IdSchema), kind: oneOf(DEVICE_KINDS), severity: oneOf(SEVERITIES), message: LabelSchema,
  active: Type.Boolean(), acked: Type.Boolean(), raisedAt: EpochMsSchema, lastAt: EpochMsSchema, ackedAt: Type.Optional(EpochMsSchema), clearedAt: Type.Optional(EpochMsSchema), shelvedUntil: Type.Optional(EpochMsSchema),
  count: Type.Integer({ minimum: 0 }), value: Type.Optional(Type.Number()), threshold: Type.Optional(Type.Number()), groupId: Type.Optional(Type.String({ maxLength: 64 })),
  endedBy: Type.Optional(oneOf(ALERT_ENDS)),
});
export type CityAlert = Static<typeof CityAlertSchema>;
/** In the order of their changes, each as it is now. `next` is always there: the cursor to pass as `since`. `isMore`: there is more to be had at once. */
export const CityAlertAnswerSchema = Type.Object({ data: Type.Array(CityAlertSchema), next: Type.String({ minLength: 1, maxLength: 200 }), isMore: Type.Boolean() });
export type CityAlertAnswer = Static<typeof CityAlertAnswerSchema>;

/** How far down a hub's aggregates are pulled. */
export const PULL_DETAILS = ['subdistrict', 'community', 'grid'] as const;
export type PullDetail = (typeof PULL_DETAILS)[number];
/** `never`: not heard from yet. `silent`: not heard from for a while. `failing`: it was heard from, and something is wrong. */
export const HUB_STATES = ['ok', 'failing', 'silent', 'never', 'off'] as const;
export type HubState = (typeof HUB_STATES)[number];
/**
 * Why a pull failed. `unreachable`: no connection. `certificate`: its TLS certificate is not trusted. `timeout`: no whole answer in time. `token`: the token is refused. `forbidden`: the token lacks the
 * right. `missing`: there is no such address, as on an older hub. `redirect`: it points elsewhere; redirects are not followed. `busy`: it asked to wait. `broken`: it answers 5xx.
 * `garbage`: the answer is no aggregates. `foreign`: it is the hub of another sub-district. `settings`: the CA file can't be read.
 */
export const HUB_PROBLEMS = ['unreachable', 'certificate', 'timeout', 'token', 'forbidden', 'missing', 'redirect', 'busy', 'broken', 'garbage', 'foreign', 'settings'] as const;
export type HubProblem = (typeof HUB_PROBLEMS)[number];

const HubUrl = Type.String({ minLength: 8, maxLength: 300, description: 'http or https, without user, query and fragment' });
const HubToken = Type.String({ minLength: 8, maxLength: 500, pattern: '^[!-~]+$', description: 'Of role `city` on that hub; never answered' });
const CaFile = Type.String({ minLength: 1, maxLength: 500, description: "Path on the city's machine of a PEM file with the authority that signed the hub's certificate" });
/** POST /city/hubs. `id`: the sub-district whose hub it is. `name`: shown until the hub has told its own. */
export const NewHubSchema = Type.Object({
  id: IdSchema, url: HubUrl, token: HubToken, name: Type.Optional(wordsSchema(64)), caFile: Type.Optional(CaFile),
  detail: Type.Optional(oneOf(PULL_DETAILS)), isEnabled: Type.Optional(Type.Boolean()),
}, { additionalProperties: false });
export type NewHub = Static<typeof NewHubSchema>;
/** PATCH /city/hubs/{id}; `caFile: null` takes it away. */
export const HubPatchSchema = Type.Partial(Type.Object({ url: HubUrl, token: HubToken, name: wordsSchema(64), caFile: Type.Union([CaFile, Type.Null()]), detail: oneOf(PULL_DETAILS), isEnabled: Type.Boolean() }), { additionalProperties: false });
export type HubPatch = Static<typeof HubPatchSchema>;

/**
 * A hub that the city pulls from. `heardAt`: the last good answer, by the city's clock. `skewMs`: how far the hub's clock is ahead. `watermark`: what ends up to then is published there and
 * pulled, by the hub's clock. `withheld`: its areas whose ids another sub-district has already; their rows are left out.
 */
export const CityHubSchema = Type.Object({
  id: IdSchema, name: Type.String(), nameEn: Type.Optional(Type.String()), url: Type.String(), detail: oneOf(PULL_DETAILS), isEnabled: Type.Boolean(), caFile: Type.Optional(Type.String()), createdAt: EpochMsSchema,
  state: oneOf(HUB_STATES), heardAt: Type.Optional(EpochMsSchema), skewMs: Type.Optional(Type.Integer()), watermark: Type.Optional(EpochMsSchema),
  problem: Type.Optional(Type.Object({ code: oneOf(HUB_PROBLEMS), since: EpochMsSchema, detail: Type.String() })), withheld: Type.Array(IdSchema),
});
export type CityHub = Static<typeof CityHubSchema>;
export const CityHubListSchema = Type.Object({ data: Type.Array(CityHubSchema), now: EpochMsSchema });
export type CityHubList = Static<typeof CityHubListSchema>;

/** Longest range of GET /city/overview, in windows. */
export const OVERVIEW_WINDOWS = 400;
/** GET /city/overview: `pm2_5`, windows of an hour and the last 24 hours unless told. `area`: the areas right below it instead of the sub-districts. */
export const CityOverviewQuerySchema = Type.Object({
  area: Type.Optional(IdSchema), metric: Type.Optional(oneOf(METRIC_KEYS)), window: Type.Optional(oneOf(AGGREGATE_WINDOWS)), from: Type.Optional(TimeQuerySchema), to: Type.Optional(TimeQuerySchema),
}, { additionalProperties: false });

/** Over the whole range. `coverage`: received ÷ expected samples. `devices`: most that reported in one window. `lastStart`: start of the newest window there is. */
const Figures = Type.Object({ count: Type.Integer(), mean: Type.Number(), min: Type.Number(), max: Type.Number(), coverage: Type.Number(), devices: Type.Integer(), lastStart: EpochMsSchema });
export type OverviewFigures = Static<typeof Figures>;
/**
 * One area beside the others. Without `figures` nothing came in the range. `series`: start, mean and coverage of each window there is. `devices`, `online`, `lastDataAt`: as its hub last told.
 * `alerts`: active ones at the city's tier.
 */
export const OverviewAreaSchema = Type.Object({
  area: IdSchema, level: oneOf(AREA_LEVELS), parent: Type.Optional(IdSchema), name: Type.String(), nameEn: Type.Optional(Type.String()), hub: IdSchema, devices: Type.Integer(), online: Type.Integer(), lastDataAt: Type.Optional(EpochMsSchema),
  hasBelow: Type.Boolean(), figures: Type.Optional(Figures), series: Type.Array(Type.Tuple([EpochMsSchema, Type.Number(), Type.Number()])), alerts: Type.Object({ active: Type.Integer(), unacked: Type.Integer() }),
});
export type OverviewArea = Static<typeof OverviewAreaSchema>;
/** `total`: over the areas that have figures, weighted by samples; `areas` says of how many. `path`: from the sub-district down to `area`. */
export const CityOverviewSchema = Type.Object({
  metric: oneOf(METRIC_KEYS), unit: Type.String(), window: oneOf(AGGREGATE_WINDOWS), from: EpochMsSchema, to: EpochMsSchema, now: EpochMsSchema,
  path: Type.Array(Type.Object({ area: IdSchema, level: oneOf(AREA_LEVELS), name: Type.String(), nameEn: Type.Optional(Type.String()) })),
  data: Type.Array(OverviewAreaSchema), hubs: Type.Array(CityHubSchema), metrics: Type.Array(oneOf(METRIC_KEYS)),
  total: Type.Object({ figures: Type.Optional(Figures), withFigures: Type.Integer(), areas: Type.Integer() }),
});
export type CityOverview = Static<typeof CityOverviewSchema>;
