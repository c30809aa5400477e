import { AlertKpiSchema, AlertReportQuerySchema, HandoverSchema } from '@liandong/protocols';
import type { Static } from 'typebox';
import type { ReportQuery } from '../../alert-reports/types.js';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { problems } from '../schemas.js';
import { timeOf } from '../time-range.js';

const tags = ['alerts'];

/** Their paths stand beside `/alerts/:id`; the router takes fixed words before parameters, in whatever order they are added. */
export function addAlertReportRoutes(app: App, { alertReports }: HttpDependencies): void {
  if (alertReports === undefined) return;

  app.get('/alerts/kpi', {
    schema: { tags, summary: 'How the alarm system does, after ISA-18.2', querystring: AlertReportQuerySchema, response: { 200: AlertKpiSchema, ...problems } },
  }, async (request) => alertReports.kpi(principalOf(request), queryOf(request.query)));

  app.get('/alerts/handover', {
    schema: { tags, summary: 'What one shift hands to the next', querystring: AlertReportQuerySchema, response: { 200: HandoverSchema, ...problems } },
  }, async (request) => alertReports.handover(principalOf(request), queryOf(request.query)));
}

const queryOf = ({ area, from, to, operators }: Static<typeof AlertReportQuerySchema>): ReportQuery => ({ area, operators, from: timeOf('from', from), to: timeOf('to', to) });
