import type { EmailDelivery } from './email-delivery.js';
import type { createHttpDelivery } from './http-delivery.js';
import type { Deliver } from './types.js';

/** Sends by the type of the channel. Never rejects. */
export function createDeliver({ http, email }: { http: ReturnType<typeof createHttpDelivery>; email: EmailDelivery | undefined }): Deliver {
  return async (channel, message, signal) => {
    switch (channel.type) {
      case 'webhook': return http.webhook(channel, message, signal);
      case 'wecom':
      case 'dingtalk': return http.robot({ ...channel, type: channel.type }, message, signal);
      case 'email': return email === undefined ? { state: 'retry', error: { zh: '中心没有设置 SMTP_URL 和 SMTP_FROM', en: 'the hub\'s settings SMTP_URL and SMTP_FROM are not set' } } : email.send(channel, message, signal);
    }
  };
}
