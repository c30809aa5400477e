import type {
  AggregateAnswer, AggregateRow, AlertKpi, AreaLevel, Backtest, Calendar, Channel, ChannelPatch, ChannelTest, EpochMs, EscalationAnswer, EscalationBody, Handover, Maintenance, NewChannel, NewMaintenance, NewShift, Notification, OnDuty, Person, Rule, RulePreview,
  RuleVersion, Shift,
} from '@liandong/protocols';
import type { ApiClient, Query } from './client.js';

interface Listed<T> { data: T[]; next?: string }
export interface ReportQuery { area?: string | undefined; from: EpochMs; to: EpochMs; operators?: number }

const pathOf = (resource: string, id: string): string => `/${resource}/${encodeURIComponent(id)}`;

/** Rules, duty, maintenance, channels and what the alarm system did. Every method throws ApiError. */
export const createOperationsApi = (client: ApiClient) => ({
  ruleList: async () => (await client.get<Listed<Rule>>('/rules')).data,
  ruleOf: (id: string) => client.get<Rule>(pathOf('rules', id)),
  createRule: (rule: Rule) => client.post<Rule>('/rules', rule),
  replaceRule: (rule: Rule) => client.put<Rule>(pathOf('rules', rule.id), rule),
  deleteRule: (id: string) => client.delete(pathOf('rules', id)),
  ruleVersions: async (id: string) => (await client.get<Listed<RuleVersion>>(`${pathOf('rules', id)}/versions`)).data,
  previewRule: (rule: Rule) => client.post<RulePreview>('/rules/preview', { rule }),
  startBacktest: (rule: Rule, from?: EpochMs) => client.post<Backtest>('/rules/backtest', { rule, ...(from === undefined ? {} : { from: String(from) }) }),
  backtest: (id: string) => client.get<Backtest>(pathOf('rules/backtest', id)),
  cancelBacktest: (id: string) => client.delete(pathOf('rules/backtest', id)),
  calendar: () => client.get<Calendar>('/calendar'),
  replaceCalendar: (calendar: Calendar) => client.put<Calendar>('/calendar', calendar),

  policyInForce: (area: string) => client.get<EscalationAnswer>(`${pathOf('areas', area)}/escalation`),
  replacePolicy: (area: string, policy: EscalationBody) => client.put<EscalationAnswer>(`${pathOf('areas', area)}/escalation`, policy),
  deletePolicy: (area: string) => client.delete(`${pathOf('areas', area)}/escalation`),
  shiftList: async () => (await client.get<Listed<Shift>>('/shifts')).data,
  createShift: (shift: NewShift) => client.post<Shift>('/shifts', shift),
  replaceShift: (id: string, shift: NewShift) => client.put<Shift>(pathOf('shifts', id), shift),
  deleteShift: (id: string) => client.delete(pathOf('shifts', id)),
  dutyAt: async (area: string, at?: EpochMs) => (await client.get<OnDuty>('/shifts/on-duty', { area, at })).data,
  /** Who may be on duty in an area; without one, anywhere that the caller sees. */
  peopleOf: async (area?: string) => (await client.get<Listed<Person>>('/people', { area })).data,
  maintenanceList: async () => (await client.get<Listed<Maintenance>>('/maintenance')).data,
  /** Those that are neither over nor ended. */
  openMaintenance: async () => (await client.get<Listed<Maintenance>>('/maintenance', { open: true })).data,
  planMaintenance: (window: NewMaintenance) => client.post<Maintenance>('/maintenance', window),
  endMaintenance: (id: string) => client.delete(pathOf('maintenance', id)),

  channelList: async () => (await client.get<Listed<Channel>>('/channels')).data,
  createChannel: (channel: NewChannel) => client.post<Channel>('/channels', channel),
  patchChannel: (id: string, patch: ChannelPatch) => client.patch<Channel>(pathOf('channels', id), patch),
  deleteChannel: (id: string) => client.delete(pathOf('channels', id)),
  testChannel: (id: string) => client.post<ChannelTest>(`${pathOf('channels', id)}/test`),
  notifications: (query: Query) => client.get<Listed<Notification>>('/notifications', query),

  /** Published means of whole hours, in one area or in every area of a level. */
  async hourlyRows(query: { area?: string; level?: AreaLevel; from: EpochMs; to: EpochMs }): Promise<AggregateRow[]> {
    const data: AggregateRow[] = [];
    for (let since: string | undefined, isMore = true; isMore;) {
      const page: AggregateAnswer = await client.get('/aggregates', { ...query, window: '1h', limit: 10_000, since });
      data.push(...page.data);
      isMore = page.next !== since;
      since = page.next;
    }
    return data;
  },
  alertKpi: ({ area, from, to, operators }: ReportQuery) => client.get<AlertKpi>('/alerts/kpi', { area, from, to, operators }),
  handover: ({ area, from, to }: ReportQuery) => client.get<Handover>('/alerts/handover', { area, from, to }),
});
