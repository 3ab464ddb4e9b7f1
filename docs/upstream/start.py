# Fills a campaign, starts it, listens until it has completed, and lists how each recipient fared.
import json
import os

import psycopg
from confluent_kafka import Consumer, Producer
from psycopg.types.json import Jsonb

customers = [{"phone": "+5511987654323", "name": "Caio", "id": "billing-1"}]
message = {"type": "text", "text": {"body": "Hi {{first_name}}"}}
with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    db.execute(
        "INSERT INTO sluice.campaign (name, sender_id, message, external_id) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        ("Autumn", "brazil", Jsonb(message), "autumn-2027"))
    id, status = db.execute(
        "SELECT id, status FROM sluice.campaign WHERE external_id = %s", ("autumn-2027",)).fetchone()
    db.cursor().executemany(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables, external_id) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [(id, c["phone"], Jsonb({"first_name": c["name"]}), c["id"]) for c in customers])

kafka = {"bootstrap.servers": os.environ["KAFKA"]}
producer = Producer({**kafka, "enable.idempotence": True})
producer.produce("sluice.campaign-commands", key=str(id),
                 value=json.dumps({"command": "start", "campaignId": str(id), "requestedBy": "billing"}))
producer.flush()

events = Consumer({**kafka, "group.id": "billing", "auto.offset.reset": "earliest"})
events.subscribe(["sluice.campaign-events"])
completed = status == "COMPLETED"  # then a run before this one has heard of it
while not completed:
    record = events.poll(1)
    if record is not None and record.error() is None:
        event = json.loads(record.value())
        print(event.get("externalId"), event["event"], event.get("reason", ""))
        completed = (event["campaignId"], event["event"]) == (str(id), "completed")
events.close()

with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    for person in db.execute(
            "SELECT external_id, status, error_code FROM sluice.campaign_recipient WHERE campaign_id = %s", (id,)):
        print(*person)
