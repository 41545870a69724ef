// PostGraphile 5 on the same tables: production mode, its own plans and prepared statements, the same roles and settings as the service's for each request.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 });
const IDENTITY = { name: "identity", text: "SELECT public.bench_identity($1) AS settings" };

async function pgSettings(token) {
  const digest = createHash("sha256").update(token).digest();
  const { rows } = await pool.query({ ...IDENTITY, values: [digest] });
  return { role: "school_viewer", ...(rows[0].settings ?? {}) };
}

const preset = {
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["PgRBACPlugin"],
  pgServices: [makePgService({ pool, schemas: ["public"], pubsub: false })],
  grafserv: { graphiql: false, websockets: false, watch: false },
  grafast: {
    explain: false,
    async context(request) {
      const header = request.node?.req.headers.authorization ?? "";
      return { pgSettings: await pgSettings(header.replace(/^Bearer /, "")) };
    },
  },
};

const pgl = postgraphile(preset);
const serv = pgl.createServ(grafserv);
const server = createServer();
await serv.addTo(server);
if (process.argv.includes("--schema")) {
  const { printSchema } = await import("graphql");
  console.log(printSchema(await pgl.getSchema()));
  process.exit(0);
}
server.listen(Number(process.env.BENCH_PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
