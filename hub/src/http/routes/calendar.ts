import { CalendarSchema } from '@liandong/protocols';
import { principalOf } from '../authentication.js';
import type { App, HttpDependencies } from '../dependencies.js';
import { problems } from '../schemas.js';

const tags = ['rules'];

export function addCalendarRoutes(app: App, { calendar }: HttpDependencies): void {
  if (calendar === undefined) return;
  app.get('/calendar', {
    schema: { tags, summary: 'Holidays and moved working days', response: { 200: CalendarSchema, ...problems } },
  }, async (request) => calendar.read(principalOf(request)));

  app.put('/calendar', {
    schema: { tags, summary: 'Replace the calendar', body: CalendarSchema, response: { 200: CalendarSchema, ...problems } },
  }, async (request) => calendar.replace(principalOf(request), request.body));
}
