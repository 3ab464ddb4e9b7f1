package dev.sluice.console.suppression;

import static dev.sluice.console.WebhookFixture.incoming;
import static dev.sluice.console.WebhookFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.WebhookFixture;
import dev.sluice.providers.whatsapp.Person;
import dev.sluice.runtime.database.Database;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What people say about wanting messages, under any of their names. */
class OptOutsTest {
  private static final WebhookFixture FIXTURE = WebhookFixture.create();

  @AfterAll
  static void stop() {
    FIXTURE.close();
  }

  @Test
  void aStopMessageSuppressesItsSender() throws Exception {
    FIXTURE.post(incoming("5511970000001", " stop "));
    FIXTURE.post(incoming("5511970000002", "do not stop"));
    FIXTURE.post(
        value(
            "\"messages\":[{\"from\":\"5511970000003\",\"type\":\"button\","
                + "\"button\":{\"payload\":\"x\",\"text\":\"Stop!\u00a0\"}}]"));

    assertThat(FIXTURE.suppressed("+5511970000001")).isTrue();
    assertThat(FIXTURE.suppressed("+5511970000002")).isFalse();
    assertThat(FIXTURE.suppressed("+5511970000003")).isTrue();
  }

  @Test
  void resumeLiftsOnlyWhatStopSet() throws Exception {
    FIXTURE.post(incoming("5511970000011", "STOP"));
    FIXTURE.post(preference("5511970000011", "resume", 2));
    FIXTURE.post(preference("5511970000012", "stop", 2));
    assertThat(FIXTURE.suppressed("+5511970000011")).isTrue();
    assertThat(FIXTURE.suppressed("+5511970000012")).isTrue();

    FIXTURE.post(preference("5511970000012", "resume", 3));
    assertThat(FIXTURE.suppressed("+5511970000012")).isFalse();
  }

  @Test
  void anOldWishThatComesOnceMoreDoesNotUndoANewerOne() throws Exception {
    FIXTURE.post(preference("5511970000021", "stop", 1_000));
    FIXTURE.post(preference("5511970000021", "resume", 2_000));
    FIXTURE.post(preference("5511970000021", "stop", 1_000));
    assertThat(FIXTURE.suppressed("+5511970000021")).as("stopped before").isFalse();

    FIXTURE.post(preference("5511970000021", "stop", 3_000));
    FIXTURE.post(preference("5511970000021", "resume", 2_000));
    assertThat(FIXTURE.suppressed("+5511970000021")).as("stopped since").isTrue();
  }

  @Test
  void aRowThatSomebodyHoldsKeepsNobodyElseWaiting() throws Exception {
    FIXTURE.post(preference("5511970000025", "stop", 1_000));
    alias("+5511970000025", "BR.25");
    try (Database patient = FIXTURE.patient();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> resume =
          patient
              .sql()
              .transactionResult(holder -> {
                holder
                    .dsl()
                    .execute(
                        "SELECT FROM sluice.suppression WHERE phone = '+5511970000025' FOR UPDATE");
                OptOuts optOuts = new OptOuts(patient.sql());
                var wish =
                    new OptOuts.Wish(
                        new Person(null, "BR.25"), Said.RESUME, Instant.ofEpochSecond(2_000));
                Future<?> waiting =
                    threads.submit(() -> optOuts.take(List.of(), List.of(wish), List.of()));
                Awaitility.await().until(OptOutsTest::somebodyWaitsForARow);

                assertThat(FIXTURE.post(incoming("5511970000026", "STOP"))).isEqualTo(200);
                assertThat(FIXTURE.suppressed("+5511970000025")).isTrue();
                return waiting;
              });
      resume.get();
    }
    assertThat(FIXTURE.suppressed("+5511970000025")).isFalse();
  }

  private static boolean somebodyWaitsForARow() {
    return !FIXTURE
        .sql()
        .fetch(
            "SELECT FROM pg_stat_activity"
                + " WHERE datname = current_database() AND wait_event = 'transactionid'")
        .isEmpty();
  }

  @Test
  void whoHidesTheNumberIsFoundByWhatAReceiptHasTold() throws Exception {
    alias("+5511970000031", "BR.31");
    FIXTURE.post(byId("BR.31"));

    assertThat(FIXTURE.suppressed("+5511970000031")).isTrue();
    assertThat(FIXTURE.suppressed("+5511970000032")).isFalse();
  }

  @Test
  void anOptOutThatMatchesNobodyIsKeptAndShownAndCountsOnceANumberIsKnown() throws Exception {
    FIXTURE.post(byId("BR.41"));
    FIXTURE.post(incoming("abc", "STOP"));
    assertThat(FIXTURE.api("/api/opt-outs"))
        .anySatisfy(one -> {
          assertThat(one.path("name").asString()).isEqualTo("BR.41");
          assertThat(one.path("phone").isNull()).isTrue();
          assertThat(one.path("reason").asString()).isEqualTo("opt-out message");
        })
        .anySatisfy(one -> assertThat(one.path("name").asString()).isEqualTo("abc"));

    alias("+5511970000041", "BR.41");
    assertThat(FIXTURE.suppressed("+5511970000041")).isTrue();
    assertThat(FIXTURE.api("/api/opt-outs"))
        .anySatisfy(one -> {
          assertThat(one.path("name").asString()).isEqualTo("BR.41");
          assertThat(one.path("phone").asString()).isEqualTo("+5511970000041");
        });
  }

  @Test
  void anotherSpellingOfTheNumberIsThePersonToo() throws Exception {
    alias("+5511970000051", "+551170000051");
    FIXTURE.post(incoming("551170000051", "STOP"));

    assertThat(FIXTURE.suppressed("+5511970000051")).isTrue();
  }

  @Test
  void theContactsOfACallTellWhoseItIs() throws Exception {
    alias("+5511970000061", "BR.61");
    FIXTURE.post(
        value(
            "\"contacts\":[{\"wa_id\":\"551170000061\",\"user_id\":\"BR.61\"}],"
                + "\"messages\":[{\"from\":\"551170000061\",\"type\":\"text\","
                + "\"text\":{\"body\":\"stop\"}}]"));
    FIXTURE.post(
        value(
            "\"contacts\":[{\"user_id\":\"BR.62\"}],"
                + "\"messages\":[{\"type\":\"text\",\"text\":{\"body\":\"stop\"}}]"));
    alias("+5511970000062", "BR.62");

    assertThat(FIXTURE.suppressed("+551170000061")).isTrue();
    assertThat(FIXTURE.suppressed("+5511970000061")).isTrue();
    assertThat(FIXTURE.suppressed("+5511970000062")).isTrue();
  }

  @Test
  void whoStoppedByIdResumesByNumber() throws Exception {
    FIXTURE.post(
        value("\"user_preferences\":[{\"user_id\":\"BR.71\",\"value\":\"stop\",\"timestamp\":5}]"));
    alias("+5511970000071", "BR.71");
    assertThat(FIXTURE.suppressed("+5511970000071")).isTrue();

    FIXTURE.post(preference("5511970000071", "resume", 6));
    assertThat(FIXTURE.suppressed("+5511970000071")).isFalse();
  }

  @Test
  void aWishGoesAlongToANewNumber() throws Exception {
    FIXTURE.post(incoming("5511970000081", "STOP"));
    FIXTURE.post(system("5511970000081", "user_changed_number", "\"wa_id\":\"5511970000082\""));
    assertThat(FIXTURE.suppressed("+5511970000082")).isTrue();

    FIXTURE.post(system("5511970000083", "user_changed_number", "\"wa_id\":\"5511970000084\""));
    FIXTURE.post(incoming("5511970000084", "STOP"));
    assertThat(FIXTURE.suppressed("+5511970000083")).as("somebody else's by now").isFalse();
  }

  @Test
  void aWishGoesAlongToANewId() throws Exception {
    alias("+5511970000091", "BR.91");
    FIXTURE.post(byId("BR.92"));
    String before91 = "\"previous_user_id\":\"BR.91\",\"user_id\":\"BR.91b\"";
    String before92 = "\"previous_user_id\":\"BR.92\",\"user_id\":\"BR.92b\"";
    FIXTURE.post(system("", "user_changed_user_id", before91));
    FIXTURE.post(system("", "user_changed_user_id", before92));

    FIXTURE.post(byId("BR.91b"));
    alias("+5511970000092", "BR.92b");
    assertThat(FIXTURE.suppressed("+5511970000091")).as("told under the new id").isTrue();
    assertThat(FIXTURE.suppressed("+5511970000092")).as("told under the old id").isTrue();
  }

  /** The field is there without a value. */
  @Test
  void aWishGoesAlongToANewIdOfAPersonWhoWroteUnderTheOldOne() throws Exception {
    FIXTURE.post(byId("BR.93"));
    FIXTURE.post(
        value(
            "\"messages\":[{\"from\":\"\",\"from_user_id\":\"BR.93\",\"type\":\"system\",\"system\":"
                + "{\"type\":\"user_changed_user_id\",\"previous_user_id\":null,"
                + "\"user_id\":\"BR.93b\"}}]"));

    alias("+5511970000093", "BR.93b");
    assertThat(FIXTURE.suppressed("+5511970000093")).isTrue();
  }

  @Test
  void anOptOutByNobodyIsCounted() throws Exception {
    double before = FIXTURE.counted("message", "nameless");
    FIXTURE.post(incoming("", "stop"));

    assertThat(FIXTURE.counted("message", "nameless") - before).isEqualTo(1);
  }

  @Test
  void anOptOutByNobodyInAReceiptIsLostOnlyIfTheMessageIsForeign() throws Exception {
    double nameless = FIXTURE.counted("FAILED", "nameless");
    double accepted = FIXTURE.counted("FAILED", "accepted");
    double all = FIXTURE.counted();
    String error = "\"status\":\"failed\",\"errors\":[{\"code\":131050,\"title\":\"stopped\"}]";
    FIXTURE.post(
        value(
            ("\"statuses\":[{\"id\":\"wamid.nobody1\",%s},"
                    + "{\"id\":\"wamid.nobody2\",\"biz_opaque_callback_data\":\"%s:1:1\",%s}]")
                .formatted(error, UUID.randomUUID(), error)));

    assertThat(FIXTURE.counted("FAILED", "nameless") - nameless).isEqualTo(1);
    assertThat(FIXTURE.counted("FAILED", "accepted") - accepted).isEqualTo(1);
    assertThat(FIXTURE.counted() - all).isEqualTo(2);
  }

  @Test
  void aStopMessageAfterAPreferenceOutlivesItsResume() throws Exception {
    FIXTURE.post(preference("5511970001401", "stop", 1_000));
    FIXTURE.post(incoming("5511970001401", "STOP"));
    FIXTURE.post(preference("5511970001401", "resume", Instant.now().getEpochSecond() + 1));
    assertThat(FIXTURE.suppressed("+5511970001401")).isTrue();
  }

  @Test
  void whatAPersonHasSuppressedOutlivesAResumeToo() throws Exception {
    FIXTURE.post(preference("5511970001411", "stop", 1_000));
    FIXTURE.suppress("+5511970001411");
    FIXTURE.post(preference("5511970001411", "resume", Instant.now().getEpochSecond()));
    assertThat(FIXTURE.suppressed("+5511970001411")).isTrue();
  }

  @Test
  void aStopThatComesLateDoesNotUndoTheResumeThatFollowedIt() throws Exception {
    FIXTURE.post(preference("5511970001501", "resume", 2_000));
    FIXTURE.post(preference("5511970001501", "stop", 1_000));
    assertThat(FIXTURE.suppressed("+5511970001501")).isFalse();
  }

  @Test
  void aResumeCountsThatFollowsAStopInTheSameCall() throws Exception {
    FIXTURE.post(
        value(
            "\"user_preferences\":[{\"wa_id\":\"5511970001511\",\"value\":\"stop\",\"timestamp\":1000},"
                + "{\"wa_id\":\"5511970001511\",\"value\":\"resume\",\"timestamp\":2000}]"));
    assertThat(FIXTURE.suppressed("+5511970001511")).isFalse();
  }

  @Test
  void anOptOutToldByAReceiptOfAForeignMessageIsKept() throws Exception {
    FIXTURE.post(
        value(
            "\"statuses\":[{\"id\":\"wamid.foreign\",\"status\":\"failed\",\"recipient_id\":\"5511970001601\","
                + "\"errors\":[{\"code\":131050,\"title\":\"stopped\"}]}]"));
    assertThat(FIXTURE.suppressed("+5511970001601")).isTrue();
  }

  private static void alias(String phone, String name) {
    FIXTURE.sql().execute("INSERT INTO sluice.alias (phone, name) VALUES (?, ?)", phone, name);
  }

  /** A STOP from a person whose number is hidden. */
  private static String byId(String id) {
    return value(
        ("\"contacts\":[{\"user_id\":\"%s\"}],\"messages\":[{\"from_user_id\":\"%s\",\"type\":\"text\","
                + "\"timestamp\":\"%d\",\"text\":{\"body\":\"STOP\"}}]")
            .formatted(id, id, Instant.now().getEpochSecond()));
  }

  private static String system(String from, String type, String fields) {
    return value(
        "\"messages\":[{\"from\":\"%s\",\"type\":\"system\",\"system\":{\"type\":\"%s\",%s}}]"
            .formatted(from, type, fields));
  }

  private static String preference(String from, String value, long time) {
    return value(
        "\"user_preferences\":[{\"wa_id\":\"%s\",\"category\":\"marketing_messages\",\"value\":\"%s\",\"timestamp\":%d}]"
            .formatted(from, value, time));
  }
}
