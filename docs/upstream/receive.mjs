// node receive.mjs: takes campaigns' events. SECRET is the console's SLUICE_WEBHOOK_OUT_SECRET.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.SECRET.replace("whsec_", ""), "base64");
const known = new Set(); // in your database, in the transaction that uses the event

async function take(request, answer) {
  const body = Buffer.concat(await request.toArray());
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": given = "" } = request.headers;
  const own = Buffer.from("v1," + createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64"));
  const isOwn = (one) => one.length === own.length && timingSafeEqual(Buffer.from(one, "latin1"), own);
  const isNew = Math.abs(Date.now() / 1000 - time) < 300;
  if (!isNew || !given.split(" ").some(isOwn)) return answer.writeHead(401).end();
  const { type, data } = JSON.parse(body);
  if (!known.has(id)) console.log(type, data.externalId, data.reason ?? "", data.counts ?? "");
  known.add(id);
  answer.writeHead(204).end();
}
createServer((request, answer) => take(request, answer).catch(() => answer.destroy())).listen(process.env.PORT ?? 3000);
