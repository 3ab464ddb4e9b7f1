// Fills a campaign, starts it, listens until it has completed, and lists how each recipient fared.
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@prisma/client";
import { Kafka } from "kafkajs";

const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
const kafka = new Kafka({ brokers: [process.env.KAFKA!], clientId: "crm" });
const [commands, events] = [kafka.producer({ idempotent: true }), kafka.consumer({ groupId: "crm" })];
await Promise.all([commands.connect(), events.connect()]);

const customers = [{ phone: "+5511987654321", name: "Ana", id: "crm-1" }];
const message = { type: "text", text: { body: "Hi {{first_name}}" } };
const create = customers.map((c) => ({ phone: c.phone, externalId: c.id, variables: { first_name: c.name } }));
const key = { externalId: "spring-2027" };
const filled = { ...key, name: "Spring", senderId: "brazil", message, recipients: { create } };
const { id, status } = await db.campaign.upsert({ where: key, update: {}, create: filled });
const value = JSON.stringify({ command: "start", campaignId: id, requestedBy: "crm" });
await commands.send({ topic: "sluice.campaign-commands", messages: [{ key: id, value }] });
await events.subscribe({ topic: "sluice.campaign-events", fromBeginning: true });
if (status !== "COMPLETED") // else a run before this one has heard of it
  await new Promise<void>((completed) => events.run({
    eachMessage: async ({ message }) => {
      const { event, campaignId, externalId, reason } = JSON.parse(String(message.value));
      console.log(externalId, event, reason ?? "");
      if (campaignId === id && event === "completed") completed();
    },
  }));
const people = await db.recipient.findMany({ where: { campaignId: id } });
people.forEach((person) => console.log(person.externalId, person.status, person.errorCode ?? ""));
await Promise.all([commands.disconnect(), events.disconnect(), db.$disconnect()]);
