/** What a person needs to know once the hub is ready. */
export interface StartReport {
  readonly consoleUrl: string;
  /** Address of the embedded broker, or of the external one without its password; a role without devices has none. */
  readonly mqttUrl: string | undefined;
  /** MQTT over TLS, when it is on. */
  readonly mqttsUrl: string | undefined;
  readonly telemetry: string | undefined;
  readonly dataDir: string;
  readonly isDemo: boolean;
  /** Only on the start that made it. */
  readonly generatedPassword: string | undefined;
  readonly tookMs: number;
}

/** Prints where the console is, how to sign in and where MQTT listens. */
export function reportStart({ consoleUrl, mqttUrl, mqttsUrl, telemetry, dataDir, isDemo, generatedPassword, tookMs }: StartReport): void {
  const password = generatedPassword === undefined ? '首次启动时显示，或 ADMIN_PASSWORD · as shown on first start, or ADMIN_PASSWORD' : `${generatedPassword}   (只显示这一次 · shown only now)`;
  console.log([
    '',
    `  联动 Liandong 已就绪 · ready in ${(tookMs / 1000).toFixed(1)} s`,
    '',
    `  控制台 console    ${consoleUrl}`,
    '  用户 user         admin',
    `  密码 password     ${password}`,
    ...(mqttUrl === undefined ? [] : [`  设备 MQTT         ${mqttUrl}`]),
    ...(mqttsUrl === undefined ? [] : [`  加密 MQTT TLS     ${mqttsUrl}`]),
    ...(telemetry === undefined ? [] : [`  时序 telemetry    ${telemetry}`]),
    `  数据 data         ${dataDir}`,
    ...(isDemo ? ['  模拟设备正在上报 · a simulated fleet is reporting (DEMO=1)'] : []),
    '',
  ].join('\n'));
}
