package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests the choice of a recipients file in a browser, which reports problems at once. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class PeopleFilePageIT {
  private static final Charset WINDOWS = Charset.forName("windows-1252");
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private final ConsoleClient client = PAGE.client();
  private final Browser browser = PAGE.browser();

  @Test
  void whatIsWrongIsToldAndMendedBeforeAnythingIsMade() throws IOException {
    int before = client.get("/api/campaigns").size();
    PAGE.recipientsOf("Oi {{Primeiro Nome}}");
    Path file = PAGE.choose("phone\n12\n");
    browser.awaitText(".problem", "This file has no usable rows");
    Files.writeString(
        file, "Primeiro Nome;Celular;WhatsApp\r\nJoão;(11) 96000-0001;x\r\nAna;12;x\r\n", WINDOWS);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
    browser.click("select[name=charset] option[value=Shift_JIS]");
    browser.awaitText(".problem", "The file has changed since you chose it");
    assertThat(browser.complaints()).allMatch(line -> line.contains("UPLOAD_FILE_CHANGED"));
    // A click would open the system's dialog.
    browser.script("document.querySelector('input[name=file]').dispatchEvent(new Event('click'))");
    browser.choose("input[name=file]", file);
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
  void whoLacksAVariableOrGetsNothingIsToldOfAtCreationAndAtTheStart() {
    PAGE.sql("INSERT INTO sluice.suppression (phone) VALUES ('+5511960000009')");
    PAGE.recipientsOf("Hi {{name}} of {{city}}");
    PAGE.choose("phone,name\n+5511960000001,Ana\n+5511960000002,\n+5511960000009,Bia\n");
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
  void timeZonesAreLookedAtOnceALocalTimeIsGiven() {
    PAGE.recipientsOf("Oi");
    PAGE.choose("phone,time_zone\n+5511960000001,BRT\n+5511960000002,America/Bahia\n");
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
  void aFileThatALocalTimeMakesUselessIsNotSent() {
    PAGE.recipientsOf("Oi");
    PAGE.choose("phone,time_zone\n+5511960000001,BRT\n");
    browser.awaitText(".report", "1 usable");
    browser.click("#next");
    browser.set("input[name=localTime]", "09:00");
    browser.click("#next");
    browser.awaitText("dl.pairs", "0 usable");
    browser.click("#create");

    browser.awaitText(".problem", "This file has no usable rows");
  }

  @Test
  void aFileThatIsAddedLateIsTheOneThatWasSentFirst() {
    PageCampaign campaign = PAGE.campaign("Late", "Hi");
    campaign.set("status = 'SCHEDULED', scheduled_at = now() - interval '1 hour'");
    campaign.open();
    browser.find("input[name=file]");
    PAGE.choose("phone\n+5511960000001\n");
    browser.awaitText(".report", "1 usable");
    browser.click("section[aria-labelledby=import] .primary");
    browser.awaitText("#dialog", "The start time has passed");
    PAGE.choose("phone\n+5511960000002\n+5511960000003\n");
    browser.awaitText(".report", "2 usable");
    browser.click("#dialog .danger");
    browser.awaitText("section[aria-labelledby=import]", "1 added");

    assertThat(client.get(campaign.path() + "/recipients?after=0").toString())
        .contains("+5511960000001")
        .doesNotContain("+5511960000002");
    browser.awaitText(".report", "2 usable");
  }

  @Test
  void theCampaignsOwnImportAndTheSuppressionsReadFilesTheSameWay() {
    String file = "Telefon;Vorname\n0151 23456789;Jürgen\n";
    PAGE.recipientsOf("Hi {{Vorname}}");
    browser.createDraft();
    browser.awaitText("h1", "From a file");
    PAGE.choose(file);
    browser.awaitText(".report", "Line 2: it needs a country code");
    browser.click("select[name=region] option[value=DE]");
    browser.awaitText(".report", "1 usable");
    browser.picture("campaign-file");
    browser.click("form .actions button.primary");
    browser.awaitText(".report", "1 added");

    browser.open("#/suppressions");
    PAGE.choose(file);
    browser.click("select[name=region] option[value=DE]");
    browser.awaitText(".report", "1 usable");
    browser.picture("suppressions-file");
    browser.click("form .actions button.primary");
    browser.awaitText("tbody", "+4915123456789");
  }

  @Test
  void numbersThatAreTypedBesideAFileAreSuppressedAsWell() {
    browser.open("#/suppressions");
    browser.type("textarea[name=numbers]", "+5511999990001, +5511999990002;+5511999990003\n12");
    PAGE.choose("phone\n+5511999990004\n");
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
}
