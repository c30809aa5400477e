# The hub with its console, and the simulated fleet (`node edge-sim/dist/main.js`), from one image.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY protocols/package.json protocols/
COPY hub/package.json hub/
COPY edge-sim/package.json edge-sim/
COPY console/package.json console/
COPY bench/package.json bench/
RUN npm ci
COPY . .
RUN npm run build

FROM node:20-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY protocols/package.json protocols/
COPY hub/package.json hub/
COPY edge-sim/package.json edge-sim/
# The folders of left-out workspaces must not be there: npm would link them.
RUN npm ci --omit=dev --workspace=protocols --workspace=hub --workspace=edge-sim

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 MQTT_HOST=0.0.0.0 DATA_DIR=/data BACKUP_DIR=/backups
WORKDIR /app
COPY --from=dependencies /app ./
COPY --from=build /app/protocols/dist protocols/dist
COPY --from=build /app/hub/dist hub/dist
COPY --from=build /app/edge-sim/dist edge-sim/dist
COPY --from=build /app/console/dist console/dist
# A new named volume takes its owner from the folder it covers; without this it would be root's.
RUN mkdir -p /data/photos /auth && chown -R node:node /data /auth
USER node
VOLUME /data /backups
EXPOSE 8080 1883
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and handles the signals itself. The flags are those of a hub in `scripts/v8-flags.json`; a test holds them together.
CMD ["node", "--initial-old-space-size=512", "--always-sparkplug", "--no-flush-bytecode", "hub/dist/main.js"]
