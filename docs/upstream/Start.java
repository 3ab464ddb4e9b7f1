// Fills a campaign, starts it, listens until it has completed, and lists how each recipient fared.
// Its libraries: the PostgreSQL driver, kafka-clients, and Jackson 3.
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

record Customer(String phone, String name, String id) {}

record Campaign(UUID id, String status) {}

final List<Customer> customers = List.of(new Customer("+5511987654322", "Bia", "shop-1"));
final JsonMapper json = new JsonMapper();
final String kafka = System.getenv("KAFKA");

void main() throws Exception {
  try (Connection db = DriverManager.getConnection("jdbc:" + System.getenv("DATABASE_URL"))) {
    Campaign campaign = fill(db);
    start(campaign.id());
    // Else a run before this one has heard of it.
    if (!campaign.status().equals("COMPLETED")) {
      awaitCompletion(campaign.id());
    }
    list(db, campaign.id());
  }
}

Campaign fill(Connection db) throws SQLException {
  try (var campaign = db.prepareStatement(
          "INSERT INTO sluice.campaign (name, sender_id, message, external_id)"
              + " VALUES (?, ?, ?::jsonb, ?) ON CONFLICT DO NOTHING");
      var known = db.prepareStatement("SELECT id, status FROM sluice.campaign WHERE external_id = ?");
      var person = db.prepareStatement(
          "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables, external_id)"
              + " VALUES (?, ?, ?::jsonb, ?) ON CONFLICT DO NOTHING")) {
    db.setAutoCommit(false);
    campaign.setString(1, "Summer");
    campaign.setString(2, "brazil");
    campaign.setString(3, """
        {"type": "text", "text": {"body": "Hi {{first_name}}"}}""");
    campaign.setString(4, "summer-2027");
    campaign.executeUpdate();
    known.setString(1, "summer-2027");
    ResultSet row = known.executeQuery();
    row.next();
    Campaign filled = new Campaign(row.getObject(1, UUID.class), row.getString(2));
    for (Customer customer : customers) {
      person.setObject(1, filled.id());
      person.setString(2, customer.phone());
      person.setString(3, json.writeValueAsString(Map.of("first_name", customer.name())));
      person.setString(4, customer.id());
      person.addBatch();
    }
    person.executeBatch();
    db.commit();
    return filled;
  }
}

void start(UUID id) throws Exception {
  String command = json.writeValueAsString(Map.of("command", "start", "campaignId", id, "requestedBy", "shop"));
  Map<String, Object> settings = Map.of("bootstrap.servers", kafka);
  try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
    producer.send(new ProducerRecord<>("sluice.campaign-commands", id.toString(), command)).get();
  }
}

void awaitCompletion(UUID id) {
  Map<String, Object> settings = Map.of("bootstrap.servers", kafka, "group.id", "shop",
      "auto.offset.reset", "earliest", "isolation.level", "read_committed");
  try (var events = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
    events.subscribe(List.of("sluice.campaign-events"));
    for (boolean completed = false; !completed; ) {
      for (var record : events.poll(Duration.ofSeconds(1))) {
        JsonNode event = json.readTree(record.value());
        IO.println(event.path("externalId").asString("") + " " + event.path("event").asString());
        completed |= record.key().equals(id.toString()) && event.path("event").asString().equals("completed");
      }
    }
  }
}

void list(Connection db, UUID id) throws SQLException {
  try (var people = db.prepareStatement(
      "SELECT external_id, status, error_code FROM sluice.campaign_recipient WHERE campaign_id = ?")) {
    people.setObject(1, id);
    ResultSet person = people.executeQuery();
    while (person.next()) {
      String error = Objects.requireNonNullElse(person.getString(3), "");
      IO.println(String.join(" ", person.getString(1), person.getString(2), error));
    }
  }
}
