// Fills a campaign, starts it, listens, and lists how each recipient fared.
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@prisma/client";
import { Kafka } from "kafkajs";

const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
const kafka = new Kafka({ brokers: [process.env.KAFKA], clientId: "crm" });
const [commands, events] = [kafka.producer({ idempotent: true }), kafka.consumer({ groupId: "crm" })];
await Promise.all([commands.connect(), events.connect()]);

const customers = [{ phone: "+5511987654321", name: "Ana", id: "crm-1" }];
const message = { type: "text", text: { body: "Hi {{first_name}}" } };
const create = customers.map((c) => ({ phone: c.phone, externalId: c.id, variables: { first_name: c.name } }));
const campaign = await db.campaign.upsert({
  where: { externalId: "spring-2027" },
  update: {},
  create: { name: "Spring", senderId: "brazil", message, externalId: "spring-2027", recipients: { create } },
});
const value = JSON.stringify({ command: "start", campaignId: campaign.id, requestedBy: "crm" });
await commands.send({ topic: "sluice.campaign-commands", messages: [{ key: campaign.id, value }] });
await events.subscribe({ topic: "sluice.campaign-events", fromBeginning: true });
await events.run({
  eachMessage: async ({ message }) => {
    const { event, campaignId, externalId, reason } = JSON.parse(message.value);
    console.log(externalId, event, reason ?? "");
    const people = event === "completed" ? await db.recipient.findMany({ where: { campaignId } }) : [];
    people.forEach((person) => console.log(person.externalId, person.status, person.errorCode ?? ""));
  },
});
