package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.Sandbox;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.DatabaseConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Tests the choice of a recipients file in a browser, which reports problems at once. */
@EnabledIf("dev.sluice.demo.Browser#isThere")
class PeopleFilePageIT {
  private static final Charset WINDOWS = Charset.forName("windows-1252");
  private static final Closer CLOSER = new Closer();
  private static Browser browser;
  private static ConsoleClient client;
  private static DatabaseConfig database;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    Sandbox sandbox = Sandbox.create(1);
    database = sandbox.owner();
    Console console =
        CLOSER.register(
            new Console(
                new ConsoleConfig(
                    sandbox.kafka(),
                    sandbox.database(),
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    WebhookConfig.NONE),
                new Health(),
                new SimpleMeterRegistry(),
                settings -> {}));
    String url = "http://localhost:" + console.port();
    client = CLOSER.register(new ConsoleClient(url));
    client.put("/api/senders/brazil", Map.of("address", "106540352242922"));
    browser = CLOSER.register(new Browser(url));
  }

  @AfterAll
  static void stop() {
    CLOSER.close();
  }

  @AfterEach
  void nothingButRefusalsIsComplainedOf() {
    assertThat(browser.complaints()).allMatch(line -> line.contains("400") || line.contains("409"));
  }

  @Test
  void whatIsWrongIsToldAndMendedBeforeAnythingIsMade() throws IOException {
    int before = client.get("/api/campaigns").size();
    open("Oi {{Primeiro Nome}}");
    browser.choose("input[name=file]", file("phone\n12\n", StandardCharsets.UTF_8));
    browser.awaitText(".problem", "This file has no usable rows");
    Path corrected =
        file("Primeiro Nome;Celular;WhatsApp\r\nJoão;(11) 96000-0001;x\r\nAna;12;x\r\n", WINDOWS);
    Files.setLastModifiedTime(corrected, FileTime.from(Instant.now().plusSeconds(10)));
    browser.click("select[name=charset] option[value=Shift_JIS]");
    browser.awaitText(".problem", "The file has changed since you chose it");
    assertThat(browser.complaints()).allMatch(line -> line.contains("UPLOAD_FILE_CHANGED"));
    // A click would open the system's dialog.
    browser
        .driver()
        .executeScript(
            "document.querySelector('input[name=file]').dispatchEvent(new Event('click'))");
    browser.choose("input[name=file]", corrected);
    browser.awaitText(".problem", "Line 2 is not UTF-8");
    browser.picture("file-not-utf-8");
    browser.click("#next");
    browser.click("select[name=charset] option[value=windows-1252]");
    browser.awaitText(".problem", "Which column holds the phone numbers: Celular or WhatsApp?");
    browser.click("select[name=phoneColumn] option[value=Celular]");
    browser.awaitText(".problem", "This file has no usable rows");
    browser.click("select[name=region] option[value=BR]");
    browser.awaitText(".report", "1 usable");
    browser.awaitText(".report", "Line 3: the phone number is too short");
    browser.awaitText(".bubble", "Oi João");
    browser.picture("file-mended");
    assertThat(client.get("/api/campaigns").size()).isEqualTo(before);

    browser.createDraft();
    browser.awaitText("h1", "From a file");
    browser.awaitText(".figure.pending dd", "1");
  }

  @Test
  void whoLacksAVariableOrGetsNothingIsToldOfAtCreationAndAtTheStart() throws IOException {
    sql("INSERT INTO sluice.suppression (phone) VALUES ('+5511960000009')");
    open("Hi {{name}} of {{city}}");
    browser.choose(
        "input[name=file]",
        file(
            "phone,name\n+5511960000001,Ana\n+5511960000002,\n+5511960000009,Bia\n",
            StandardCharsets.UTF_8));
    browser.awaitText(".report", "{{city}}");
    browser.awaitText(".report", "The column {{name}} is empty for 1 recipient.");
    browser.picture("file-lacks-a-column");
    browser.createDraft();
    browser.awaitText("#dialog", "The message needs city");
    browser.picture("dialog-missing");
    browser.click("#dialog .danger");
    browser.awaitText("h1", "From a file");
    browser.click("#start");
    browser.awaitText("#dialog", "This recipient has no value for city");
    browser.awaitText("#dialog", "1 recipient who has opted out");
    browser.awaitText("#dialog .primary", "Send to 2 recipients");
    browser.picture("dialog-review");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog", "city (missing for 3 recipients)");
    browser.picture("dialog-start-missing");
    browser.click("#dialog button[type=button]");
    browser.awaitText(".badge", "draft");
  }

  @Test
  void aTemplateThatWasStoppedIsAskedAboutAtTheStart() throws IOException {
    String id =
        client
            .post(
                "/api/campaigns",
                Map.of(
                    "name",
                    "Stopped",
                    "sender",
                    "brazil",
                    "message",
                    Map.of(
                        "type",
                        "template",
                        "template",
                        Map.of("name", "spring", "language", Map.of("code", "en")))))
            .path("id")
            .asString();
    client.importCsv(UUID.fromString(id), file("phone\n+5511960000001\n", StandardCharsets.UTF_8));
    sql(
        "INSERT INTO sluice.template_state (name, language, account, stopped, at)"
            + " VALUES ('spring', 'en', '', 'the provider has paused it', now())");
    browser.open("#/campaigns/" + id);
    browser.click("#start");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog", "the provider has paused it");
    browser.picture("dialog-stopped");
    browser.click("#dialog .danger");

    browser.awaitText("#notes", "Starting");
  }

  @Test
  void aFileThatIsAddedLateIsTheOneThatWasSentFirst() throws IOException {
    String id =
        client
            .post(
                "/api/campaigns",
                Map.of(
                    "name",
                    "Late",
                    "sender",
                    "brazil",
                    "message",
                    Map.of("type", "text", "text", Map.of("body", "Hi"))))
            .path("id")
            .asString();
    sql(
        "UPDATE sluice.campaign SET status = 'SCHEDULED', scheduled_at = now() - interval '1 hour'"
            + " WHERE id = '"
            + id
            + "'");
    browser.open("#/campaigns/" + id);
    browser.find("input[name=file]");
    browser.choose("input[name=file]", file("phone\n+5511960000001\n", StandardCharsets.UTF_8));
    browser.awaitText(".report", "1 usable");
    browser.click("section[aria-labelledby=import] .primary");
    browser.awaitText("#dialog", "The start time has passed");
    Path other = folder.resolve("other.csv");
    browser.choose(
        "input[name=file]", Files.writeString(other, "phone\n+5511960000002\n+5511960000003\n"));
    browser.awaitText(".report", "2 usable");
    browser.click("#dialog .danger");
    browser.awaitText("section[aria-labelledby=import]", "1 added");

    assertThat(client.get("/api/campaigns/" + id + "/recipients?after=0").toString())
        .contains("+5511960000001")
        .doesNotContain("+5511960000002");
    browser.awaitText(".report", "2 usable");
  }

  /** The draft is created before its recipients; trying again must not create another. */
  @Test
  void aDraftWhosePeopleCouldNotBeAddedIsGoneOnWith() throws Exception {
    int before = client.get("/api/campaigns").size();
    sql("ALTER TABLE sluice.campaign_recipient ADD CONSTRAINT broken CHECK (false) NOT VALID");
    open("Hi");
    browser.hold("/recipients/check");
    browser.choose("input[name=file]", file("phone\n+5511960000001\n", StandardCharsets.UTF_8));
    browser.click("select[name=charset] option[value=windows-1252]");
    browser.awaitHeld(2);
    assertThat(browser.aborted()).isEqualTo(1L);
    for (int click = 1; click <= 3; click++) {
      browser.click("#next");
    }
    browser.release();
    browser.find("input[name=scheduledAt]");
    browser.click("#next");
    browser.type("input[name=test-numbers]", "+5511960000009");
    browser.hold("/api/campaigns");
    browser.click("#test-send");
    browser.click("#create");
    browser.awaitHeld(1);
    browser.release();
    browser.awaitText(".problem", "Create tries again with the same campaign");
    browser.picture("file-not-added");
    sql("ALTER TABLE sluice.campaign_recipient DROP CONSTRAINT broken");
    browser.click("#create");

    browser.awaitText("h1", "From a file");
    browser.awaitText(".figure.pending dd", "1");
    assertThat(client.get("/api/campaigns").size()).isEqualTo(before + 1);
  }

  @Test
  void whatIsDiscardedDuringItsUploadIsNeitherFilledNorScheduled() throws IOException {
    open("Hi");
    browser.choose("input[name=file]", file("phone\n+5511960000001\n", StandardCharsets.UTF_8));
    browser.awaitText(".report", "1 usable");
    browser.click("#next");
    browser.find("input[name=scheduledAt]");
    browser
        .driver()
        .executeScript(
            """
            const at = document.querySelector('input[name=scheduledAt]');
            at.value = '2099-05-10T09:30';
            at.dispatchEvent(new Event('input'));
            """);
    browser.click("#next");
    browser.hold("/recipients?");
    browser.click("#create");
    browser.awaitHeld(1);
    String id = kept("made");
    browser.click("a[href='#/new']");
    browser.awaitText("#notes", "The campaign was not created, because you left the page");
    browser.click(".reason button");
    browser.until().until(driver -> kept("name") == null);
    browser.type("input[name=name]", "Another one");
    browser.release();
    browser
        .until()
        .until(driver -> client.get("/api/campaigns/" + id).path("archivedAt").isString());

    assertThat(client.get("/api/campaigns/" + id).path("status").asString()).isEqualTo("DRAFT");
    assertThat(client.get("/api/campaigns/" + id).path("total").asLong()).isZero();
    assertThat(browser.driver().getCurrentUrl()).endsWith("#/new");
    assertThat(kept("name")).isEqualTo("Another one");
  }

  /** What was made of it may have been finished there, and must not be written over. */
  @Test
  void aDraftThatAnotherTabHasEndedIsOneOfItsOwnAgain() {
    type("Hi");
    browser
        .driver()
        .executeScript(
            """
            const name = 'sluice-unfinished-campaign';
            localStorage.setItem(name, JSON.stringify({ name: 'Of two tabs', made: 'theirs' }));
            """);
    browser.open("#/new");
    browser.awaitText(".reason", "You left this campaign unfinished");
    browser
        .driver()
        .executeScript(
            """
            const name = 'sluice-unfinished-campaign';
            localStorage.removeItem(name);
            dispatchEvent(new StorageEvent('storage', { key: name, newValue: null }));
            """);

    assertThat(kept("name")).isEqualTo("Of two tabs");
    assertThat(kept("made")).isNull();
  }

  private static @Nullable String kept(String field) {
    return (String)
        browser
            .driver()
            .executeScript(
                "return JSON.parse(localStorage.getItem('sluice-unfinished-campaign'))?.[arguments[0]]",
                field);
  }

  @Test
  void anAccountThatIsEmptiedIsGone() {
    client.put("/api/senders/emptied", Map.of("address", "7", "account", "8"));
    browser.open("#/senders");
    browser.click("button[aria-label='Edit emptied']");
    browser.find("#dialog input[name=account]").clear();
    browser.click("#dialog .primary");
    browser.awaitText("#notes", "Saved");

    assertThat(client.get("/api/senders/emptied").path("account").isNull()).isTrue();
  }

  private static void sql(String statement) {
    try (Database owner = new Database(database, 1, "test", new SimpleMeterRegistry())) {
      owner.sql().execute(statement);
    }
  }

  @Test
  void doubleBracesAroundNothingAreShownInThePreview() {
    type("Hi {{First Name}, your code is ready");
    browser.awaitText(".preview .problem", "Double braces must surround a column name");
  }

  @Test
  void theCampaignsOwnImportAndTheSuppressionsReadFilesTheSameWay() throws IOException {
    Path file = file("Telefon;Vorname\n0151 23456789;Jürgen\n", StandardCharsets.UTF_8);
    open("Hi {{Vorname}}");
    browser.createDraft();
    browser.awaitText("h1", "From a file");
    browser.choose("input[name=file]", file);
    browser.awaitText(".report", "Line 2: it needs a country code");
    browser.click("select[name=region] option[value=DE]");
    browser.awaitText(".report", "1 usable");
    browser.picture("campaign-file");
    browser.click("form .actions button.primary");
    browser.awaitText(".report", "1 added");

    browser.open("#/suppressions");
    browser.choose("input[name=file]", file);
    browser.click("select[name=region] option[value=DE]");
    browser.awaitText(".report", "1 usable");
    browser.picture("suppressions-file");
    browser.click("form .actions button.primary");
    browser.awaitText("tbody", "+4915123456789");
  }

  @Test
  void numbersThatAreTypedBesideAFileAreSuppressedAsWell() throws IOException {
    browser.open("#/suppressions");
    browser.type("textarea[name=numbers]", "+5511999990001, +5511999990002;+5511999990003\n12");
    browser.choose("input[name=file]", file("phone\n+5511999990004\n", StandardCharsets.UTF_8));
    browser.awaitText(".report", "1 usable");
    browser.hold("/api/suppressions?for");
    browser.click("form .actions button.primary");
    browser.awaitHeld(1);
    assertThat(browser.find("form .actions button.primary").isEnabled()).isFalse();
    browser.find("textarea[name=numbers]").sendKeys("\n+5511999990005");
    browser.release();
    browser.awaitText(".sheet ~ .report", "3 added, 0 duplicates, 1 rejected");
    browser.awaitText(".sheet ~ .report", "12: it needs a country code");
    browser.awaitText(".report + .report", "1 added, 0 duplicates, 0 rejected");
    assertThat(browser.find("textarea[name=numbers]").getAttribute("value"))
        .isEqualTo("12\n+5511999990005");
    for (int i = 1; i <= 4; i++) {
      browser.awaitText("tbody", "+551199999000" + i);
    }

    browser.hold("/api/suppressions?for");
    browser.click("form .actions button.primary");
    browser.awaitHeld(1);
    browser.click("nav a[href='#/senders']");
    browser.awaitText("h1", "Senders");
    browser.release();
    browser.awaitText("#notes", "1 added, 0 duplicates, 1 rejected");
    browser.awaitText("#notes", "12: it needs a country code");
  }

  /** Opens a new campaign at the recipients step. */
  private static void open(String text) {
    type(text);
    browser.click("#next");
  }

  private static void type(String text) {
    browser.open("#/new");
    browser.type("input[name=name]", "From a file");
    browser.type("textarea[name=text]", text);
    browser.find("select[name=sender] option");
  }

  private Path file(String text, Charset charset) throws IOException {
    return Files.write(folder.resolve("people.csv"), text.getBytes(charset));
  }
}
