// node start.mjs: fills a campaign, starts it, listens. npm install @prisma/client@6 kafkajs
import { PrismaClient } from "@prisma/client";
import { Kafka } from "kafkajs";

const db = new PrismaClient();
const kafka = new Kafka({ brokers: ["localhost:9092"], clientId: "crm" });
const [commands, events] = [kafka.producer({ idempotent: true }), kafka.consumer({ groupId: "crm" })];
await Promise.all([commands.connect(), events.connect()]);

const customers = [{ phone: "+5511987654321", name: "Ana", id: "crm-1" }];
const campaign = await db.campaign.create({
  data: {
    name: "Spring",
    senderId: "brazil",
    externalId: "spring-2027",
    message: { type: "text", text: { body: "Hi {{first_name}}" } },
    recipients: {
      create: customers.map((c) => ({ phone: c.phone, externalId: c.id, variables: { first_name: c.name } })),
    },
  },
});
const value = JSON.stringify({ command: "start", campaignId: campaign.id, requestedBy: "crm" });
await commands.send({ topic: "sluice.campaign-commands", acks: -1, messages: [{ key: campaign.id, value }] });
await events.subscribe({ topic: "sluice.campaign-events", fromBeginning: true });
await events.run({
  eachMessage: async ({ message }) => {
    const { event, externalId, reason, counts } = JSON.parse(message.value);
    console.log(externalId, event, reason ?? "", counts ?? "");
  },
});
