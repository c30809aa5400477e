import { sql, type Kysely } from 'kysely';

/**
 * Why an alert ended that has not recovered, on the alert and on each clearing in its timeline. Until now the words of the timeline told: a clearing by nobody with a note was the hub's own doing.
 * What was told of both a rule and a device was the device's end where that is gone.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['alert', 'alert_timeline']) await db.schema.alterTable(table).addColumn('ended_by', 'text').execute();
  await sql`update alert_timeline set ended_by = case
      when note in ('maintenance', 'not accepted', 'retired') or note like 'maintenance: %' then 'out-of-service'
      when note = 'device removed' then 'device-removed'
      when note = 'rule or device removed' then case when exists (select 1 from alert join device on device.id = alert.device_id where alert.id = alert_timeline.alert_id) then 'rule-off' else 'device-removed' end
      when note = 'the edge has it' then 'superseded'
      when note in ('rule no longer applies', 'rule is about something else now') or note like 'rule % applies instead' then 'rule-off'
    end where change = 'cleared' and "by" is null and note is not null`.execute(db);
  await sql`update alert set ended_by = (select ended_by from alert_timeline where alert_id = alert.id and change = 'cleared' order by id desc limit 1)
    where active = 0 and id in (select alert_id from alert_timeline where ended_by is not null)`.execute(db);
}
