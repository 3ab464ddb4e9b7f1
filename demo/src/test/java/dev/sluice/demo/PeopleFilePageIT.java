package dev.sluice.demo;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Tests the choice of a recipients file in a browser, which reports problems at once. */
@EnabledIf("dev.sluice.demo.Browser#isThere")
class PeopleFilePageIT {
  private static final Charset WINDOWS = Charset.forName("windows-1252");
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private static ConsoleClient client;
  private static Browser browser;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    client = PAGE.client();
    browser = PAGE.browser();
  }

  @Test
  void whatIsWrongIsToldAndMendedBeforeAnythingIsMade() throws IOException {
    int before = client.get("/api/campaigns").size();
    PAGE.recipientsOf("Oi {{Primeiro Nome}}");
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
    browser.awaitText(
        ".problem", "Which column holds the phone numbers: \"Celular\" or \"WhatsApp\"?");
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
    PAGE.sql("INSERT INTO sluice.suppression (phone) VALUES ('+5511960000009')");
    PAGE.recipientsOf("Hi {{name}} of {{city}}");
    browser.choose(
        "input[name=file]",
        file(
            "phone,name\n+5511960000001,Ana\n+5511960000002,\n+5511960000009,Bia\n",
            StandardCharsets.UTF_8));
    browser.awaitText(".report", "{{city}}");
    browser.awaitText(".report", "The column {{name}} is empty for 1 recipient.");
    browser.awaitText(".report", "1 person in it has opted out or is on the suppression list");
    browser.picture("file-lacks-a-column");
    browser.createDraft();
    browser.awaitText("#dialog", "The message needs city");
    browser.picture("dialog-missing");
    browser.click("#dialog .danger");
    browser.awaitText("h1", "From a file");
    browser.click("#start");
    browser.awaitText("#dialog", "3 recipients would fail and get nothing: city");
    browser.awaitText("#dialog", "1 recipient who has opted out");
    browser.awaitText("#dialog .primary", "Send to 2 recipients");
    browser.picture("dialog-review");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog h2", "Variables are missing");
    browser.awaitText("#dialog", "city (missing or empty for 3 recipients)");
    browser.picture("dialog-start-missing");
    browser.click("#dialog button[type=button]");
    browser.awaitText(".badge", "draft");
  }

  @Test
  void columnsOfOtherNamesAreFoundOrChosenByTheirValues() throws IOException {
    PAGE.recipientsOf("Oi {{nome}} de {{city}}");
    browser.choose(
        "input[name=file]",
        file(
            "Celular;Ort;Nóme;KdNr;Notiz\n+5511960000001;Rio;Ana;7;a\n+5511960000002;;Bia;8;b\n",
            StandardCharsets.UTF_8));
    browser.awaitText(".report", "No column gives {{city}}: no recipient would get the message.");
    browser.awaitText("select[name=column-nome] option:checked", "Nóme (Ana, Bia)");
    browser.awaitText("select[name=column-city] option:checked", "choose a column");
    browser.awaitText(".bubble", "Oi Ana de {{city}}");
    browser.picture("file-odd-names");
    browser.click("select[name=column-city] option[value=Ort]");
    browser.awaitText(".bubble", "Oi Ana de Rio");
    browser.awaitText(".report", "The column {{city}} is empty for 1 recipient.");
    assertThat(browser.find(".report").getText()).doesNotContain("No column gives");
    browser.click("select[name=external_id] option[value=KdNr]");
    browser
        .until()
        .until(driver -> browser.find(".taken .hint").getText().endsWith("keeps: Notiz"));
    browser.awaitText(".report", "2 usable");
    browser.picture("file-mapped");
    browser.createDraft();
    browser.awaitText("h1", "From a file");
    String id = browser.driver().getCurrentUrl().replaceFirst(".*/", "");
    assertThat(recipient(id, 0).path("externalId").asString()).isEqualTo("7");
    assertThat(recipient(id, 0).path("variables"))
        .isEqualTo(Json.MAPPER.readTree("{\"nome\":\"Ana\",\"city\":\"Rio\",\"Notiz\":\"a\"}"));

    browser.choose(
        "input[name=file]",
        file("phone,city,Name\n+5511960000003,Bahia,Eva\n", StandardCharsets.UTF_8));
    browser.awaitText(".report", "No column gives {{nome}}");
    browser.awaitText(".taken", "city (Bahia)");
    browser.click("select[name=column-nome] option[value=Name]");
    browser.click("section[aria-labelledby=import] .primary");
    browser.awaitText("section[aria-labelledby=import]", "1 added");
    assertThat(recipient(id, 2).path("variables"))
        .isEqualTo(Json.MAPPER.readTree("{\"nome\":\"Eva\",\"city\":\"Bahia\"}"));
  }

  /** A list whose options move keeps showing the one that counts. */
  @Test
  void columnsThatWereChosenAndCorrectedAreShownAsTheyCount() throws IOException {
    PAGE.recipientsOf("Oi de {{city}}");
    browser.choose(
        "input[name=file]",
        file("phone,KdNr,Ort,Notiz\n+5511960000001,7,Rio,a\n", StandardCharsets.UTF_8));
    browser.click("select[name=column-city] option[value=KdNr]");
    browser.awaitText(".bubble", "Oi de 7");
    browser.click("select[name=column-city] option[value=Ort]");
    browser.click("select[name=external_id] option[value=KdNr]");
    browser.awaitText(".taken .hint", "keeps: Notiz");
    browser.awaitText(".report", "1 usable");
    browser.awaitText(".bubble", "Oi de Rio");
    assertThat(browser.find("select[name=column-city] option:checked").getText())
        .isEqualTo("Ort (Rio)");
    browser.click("select[name=external_id] option[value='']");
    browser.awaitText(".taken .hint", "keeps: KdNr, Notiz");
    browser.click("select[name=external_id] option[value=Notiz]");
    browser.awaitText(".taken .hint", "keeps: KdNr");
    browser.awaitText(".report", "1 usable");

    assertThat(browser.find("select[name=external_id] option:checked").getText())
        .isEqualTo("Notiz");
  }

  @Test
  void columnsOfLongNamesFitAPhone() throws IOException {
    PAGE.recipientsOf("Oi {{" + "v".repeat(80) + "}} {{" + "w".repeat(80) + "}}");
    browser.resize(Browser.PHONE);
    browser.choose(
        "input[name=file]",
        file(
            "phone," + "v".repeat(80) + "," + "x".repeat(80) + "\n+5511960000001,a,b\n",
            StandardCharsets.UTF_8));
    browser.find(".taken .hint");
    browser.awaitText(".report", "1 usable");
    browser.picture("file-long-names-phone");

    assertThat(
            browser
                .driver()
                .executeScript(
                    "return document.documentElement.scrollWidth"
                        + " - document.documentElement.clientWidth"))
        .isEqualTo(0L);
    browser.resize(Browser.DESKTOP);
  }

  @Test
  void timeZonesAreLookedAtOnceALocalTimeIsGiven() throws IOException {
    PAGE.recipientsOf("Oi");
    browser.choose(
        "input[name=file]",
        file(
            "phone,time_zone\n+5511960000001,BRT\n+5511960000002,America/Bahia\n",
            StandardCharsets.UTF_8));
    browser.awaitText(".report", "2 usable");
    browser.click("#next");
    browser.set("input[name=localTime]", "09:00");
    browser.click("#next");
    browser.awaitText("dl.pairs", "1 usable");
    browser.click(".steps li:nth-child(2) button");
    browser.awaitText("select[name=time_zone] option:checked", "time_zone");
    browser.awaitText(".report", "Line 2: ");
    browser.click("#next");
    browser.set("input[name=localTime]", "");
    browser.click(".steps li:nth-child(2) button");

    browser.awaitText(".report", "2 usable");
  }

  @Test
  void aFileThatALocalTimeMakesUselessIsNotSent() throws IOException {
    PAGE.recipientsOf("Oi");
    browser.choose(
        "input[name=file]", file("phone,time_zone\n+5511960000001,BRT\n", StandardCharsets.UTF_8));
    browser.awaitText(".report", "1 usable");
    browser.click("#next");
    browser.set("input[name=localTime]", "09:00");
    browser.click("#next");
    browser.awaitText("dl.pairs", "0 usable");
    browser.click("#create");

    browser.awaitText(".problem", "This file has no usable rows");
  }

  /** Each is compared with each once in a look at the page, not once for each of the others. */
  @Test
  void manyColumnsAreComparedInProportionToTheVariables() throws IOException {
    PAGE.recipientsOf("{{a1}} {{a2}} {{a3}} {{a4}} {{a5}} {{a6}}");
    String columns = IntStream.range(1, 61).mapToObj(i -> "A " + i).collect(joining(","));
    browser.choose(
        "input[name=file]",
        file("phone," + columns + "\n+5511960000001,x\n", StandardCharsets.UTF_8));
    browser.awaitText(".report", "1 usable");
    browser
        .driver()
        .executeScript(
            """
            const { normalize } = String.prototype;
            window.compared = 0;
            String.prototype.normalize = function (form) {
              window.compared++;
              return normalize.call(this, form);
            };
            """);
    browser.click("select[name=column-a1] option[value='A 60']");

    assertThat((Long) browser.driver().executeScript("return window.compared"))
        .isBetween(6L * 60, 20L * 6 * 60);
  }

  private static JsonNode recipient(String campaign, int place) {
    return client.get("/api/campaigns/" + campaign + "/recipients").at("/recipients/" + place);
  }

  @Test
  void aTestTakesTheValuesOfThePersonWhoIsShown() throws IOException {
    PAGE.recipientsOf("Hi {{name}}");
    browser.choose(
        "input[name=file]",
        file("phone,name\n+5511960000001,Ana\n+5511960000002,Bo\n", StandardCharsets.UTF_8));
    browser.awaitText(".bubble", "Hi Ana");
    browser.click("#next");
    browser.find("input[name=scheduledAt]");
    browser.click("#next");
    browser.click(".walk [name=after]");
    browser.awaitText(".bubble", "Hi Bo");

    assertThat(browser.find("input[name=test-name]").getAttribute("value")).isEqualTo("Bo");
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
    PAGE.sql(
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
    PAGE.sql(
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

  @Test
  void aPreviewOfMoreThanItsRowsSaysThatTheyAreTheFirst() throws IOException {
    PAGE.recipientsOf("Hi {{name}}");
    browser.choose("input[name=file]", people(50));
    browser.awaitText(".walk", "1 of 50");
    browser.choose("input[name=file]", people(51));
    browser.awaitText(".walk", "1 of the first 50");
    browser.click("[name=after]");
    browser.awaitText(".walk", "2 of the first 50");
  }

  @Test
  void onlyWhereTheSenderIsWhatsAppsFreeTextHasAHintOfTheWindow() {
    client.put("/api/senders/gateway", Map.of("provider", "gateway", "address", "4711"));
    PAGE.write("Hi");
    browser.click("select[name=sender] option[value=brazil]");
    browser.awaitText("form fieldset", "within the last 24 hours");
    browser.click("select[name=sender] option[value=gateway]");
    browser
        .until()
        .until(driver -> !browser.find("form").getText().contains("within the last 24 hours"));
  }

  @Test
  void doubleBracesAroundNothingAreShownInThePreview() {
    PAGE.write("Hi {{First Name}, your code is ready");
    browser.awaitText(".preview .problem", "Double braces must surround a column name");
  }

  @Test
  void theCampaignsOwnImportAndTheSuppressionsReadFilesTheSameWay() throws IOException {
    Path file = file("Telefon;Vorname\n0151 23456789;Jürgen\n", StandardCharsets.UTF_8);
    PAGE.recipientsOf("Hi {{Vorname}}");
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

  private Path people(int people) throws IOException {
    return Files.writeString(
        folder.resolve(people + ".csv"),
        IntStream.rangeClosed(1, people)
            .mapToObj("+551196000%04d,Ana\n"::formatted)
            .collect(Collectors.joining("", "phone,name\n", "")));
  }

  private Path file(String text, Charset charset) throws IOException {
    return Files.write(folder.resolve("people.csv"), text.getBytes(charset));
  }
}
