package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.support.ui.ExpectedConditions;

/** What the page asks about a campaign that was reviewed before, in a browser. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class ReviewedAgainPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private static final String HELD = "[aria-labelledby=import] .reason";

  private final Browser browser = PAGE.browser();

  /** What was added last. */
  private Path file = Path.of("");

  @Test
  void whoIsAddedToAScheduledCampaignIsReviewedOrItBecomesADraft() {
    PageCampaign campaign = scheduled();
    add(1, 1_200);
    browser.awaitText("#dialog h2", "Start automatically with these recipients?");
    browser.awaitText("#dialog .primary", "Schedule for 1,200 (1.2 thousand) recipients");
    browser.awaitText("#dialog .reason", "This is not a template");
    browser.picture("added-to-scheduled");
    assertThat(browser.faults()).isEmpty();
    assertThat(campaign.status()).as("nobody has reviewed them").isEqualTo("DRAFT");
    browser.click("#dialog .primary");
    browser.awaitText("[aria-labelledby=import] .report", "1,200 added");
    browser.awaitText("#notes", "Starts automatically at May 10, 2099");
    browser.awaitText(".badge", "scheduled");
    assertThat(campaign.scheduledAt()).isEqualTo("2099-05-10T09:30:00Z");

    add(2, 10);
    browser.awaitText("[aria-labelledby=import] .report", "0 added, 10 duplicates");
    browser.awaitText(".badge", "scheduled");
    awaitStatus(campaign, "SCHEDULED");

    add(5_001, 10);
    browser.awaitText("#dialog .primary", "Schedule for 1,210 (1.2 thousand) recipients");
    browser.click("#dialog button[type=button]:not([name])");
    browser.awaitText("#notes", "This is a draft again");
    browser.awaitText(".badge", "draft");
    assertThat(campaign.status()).isEqualTo("DRAFT");
  }

  @Test
  void whoClosesTheTabWithoutAnAnswerFindsADraft() {
    PageCampaign campaign = scheduled();
    add(1, 2);
    browser.awaitText("#dialog", "if you close this tab without answering, it stays one");
    campaign.open();

    browser.awaitText(".badge", "draft");
    assertThat(campaign.status()).isEqualTo("DRAFT");
  }

  /** By the clock of this browser, which is wrong, its time has not passed yet. */
  @Test
  void whoseStartTimeIsRefusedIsToldWhyAndWhatToDo() {
    PageCampaign campaign = PAGE.campaign("Spring", "Hi {{first_name}}");
    campaign.schedule("2099-05-10T09:30:00Z");
    campaign.set("scheduled_at = now() - interval '1 day'");
    campaign.open();
    browser.find("#import");
    browser.script("const { now } = Date; Date.now = () => now() - 7 * 86_400_000");
    add(1, 2);
    browser.click("#dialog .primary");

    String problem = "[aria-labelledby=import] .problem";
    browser.awaitText(problem, "The start time lies in the past");
    browser.awaitText(problem, "“Spring” is now a draft and does not start by itself");
    browser.awaitText(problem, "choose a start time with “Schedule …”");
    browser.picture("added-start-refused");
    assertThat(browser.faults()).isEmpty();
    assertThat(campaign.status()).isEqualTo("DRAFT");
  }

  @Test
  void whatWasNotAddedLeavesItScheduled() throws IOException {
    PageCampaign campaign = adding("/recipients?for=");
    browser.awaitText("[aria-labelledby=import] .reason", "the campaign stays a draft");
    browser.picture("added-held");
    change();
    browser.release();

    browser.awaitText("[aria-labelledby=import] .problem", "The file has changed");
    browser.awaitText("#notes", "Starts automatically at May 10, 2099");
    assertThat(campaign.status()).isEqualTo("SCHEDULED");
    assertOnlyTheFileWasRefused();
  }

  @Test
  void whatOthersScheduledDuringTheUploadKeepsTheirTime() {
    PageCampaign campaign = uploading();
    campaign.schedule("2099-06-11T09:30:00Z");
    browser.release();
    browser.awaitText("#dialog h2", "Start automatically with these recipients?");
    browser.awaitText("#dialog", "Jun 11, 2099");
    assertThat(campaign.status()).as("nobody has reviewed them").isEqualTo("DRAFT");
    browser.click("#dialog .primary");
    browser.awaitText("#notes", "Starts automatically at Jun 11, 2099");
    assertThat(campaign.scheduledAt()).isEqualTo("2099-06-11T09:30:00Z");

    add(11, 2);
    browser.awaitText("#dialog .primary", "Schedule for 4 recipients");
    campaign.schedule("2099-07-12T09:30:00Z");
    browser.click("#dialog .primary");
    browser.awaitText(".reason.told", "Jul 12, 2099");
    browser.awaitText("[aria-labelledby=import] .report", "2 added");
    String problem = "[aria-labelledby=import] .problem";
    browser.awaitText(problem, "Someone else has set another start time in the meantime");
    browser.awaitText(problem, "which was kept: Jul 12, 2099");
    browser.picture("added-others-time");
    browser.until().until(ExpectedConditions.invisibilityOfElementLocated(By.cssSelector(HELD)));
    assertThat(campaign.scheduledAt()).isEqualTo("2099-07-12T09:30:00Z");
    assertThat(browser.complaints()).allMatch(line -> line.contains("409"));
  }

  @Test
  void theTimeThatOthersSetBeforeItIsTakenIsTheOneThatIsGivenBack() {
    PageCampaign campaign = scheduled();
    browser.find("#import");
    browser.hold("ifScheduledAt=2099-05-10");
    add(1, 2);
    browser.awaitHeld(1);
    campaign.schedule("2099-06-11T09:30:00Z");
    browser.release();
    browser.awaitText("#dialog", "Jun 11, 2099");
    browser.click("#dialog .primary");
    browser.awaitText("#notes", "Starts automatically at Jun 11, 2099");

    assertThat(campaign.scheduledAt()).isEqualTo("2099-06-11T09:30:00Z");
    assertThat(browser.complaints()).allMatch(line -> line.contains("409"));
  }

  @Test
  void whoIsAddedBetweenTheReviewAndTheStartIsReviewedToo() {
    PageCampaign campaign = PAGE.campaign("Spring", "Hi {{first_name}}");
    campaign.add("+5511970000001");
    campaign.open();
    browser.click("#start");
    browser.awaitText("#dialog .primary", "Send to 1 recipient");
    campaign.add("+5511970000002");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog h2", "The recipients have changed");
    browser.awaitText("#dialog", "has 2 recipients by now instead of 1, so nothing was done");
    browser.picture("review-other-people");
    assertThat(campaign.status()).isEqualTo("DRAFT");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog .primary", "Send to 2 recipients");
    browser.click("#dialog .primary");

    browser.awaitText("#notes", "Starting");
    assertThat(browser.complaints()).allMatch(line -> line.contains("409"));
  }

  @Test
  void whoIsAddedBetweenTheReviewAndTheTimeIsReviewedToo() {
    PageCampaign campaign = scheduled();
    add(1, 2);
    browser.awaitText("#dialog .primary", "Schedule for 2 recipients");
    campaign.add("+5511970000009");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog", "has 3 recipients by now instead of 2, so nothing was done");
    assertThat(campaign.status()).isEqualTo("DRAFT");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog .primary", "Schedule for 3 recipients");
    browser.click("#dialog .primary");

    browser.awaitText("#notes", "Starts automatically at May 10, 2099");
    assertThat(campaign.status()).isEqualTo("SCHEDULED");
    assertThat(browser.complaints()).allMatch(line -> line.contains("409"));
  }

  @Test
  void whatWasNotAddedLeavesTheTimeThatOthersSet() throws IOException {
    PageCampaign campaign = uploading();
    campaign.schedule("2099-06-11T09:30:00Z");
    change();
    browser.release();

    browser.awaitText("[aria-labelledby=import] .problem", "The file has changed");
    assertThat(campaign.scheduledAt()).isEqualTo("2099-06-11T09:30:00Z");
    assertOnlyTheFileWasRefused();
  }

  /** Without an answer, and with a file that has changed since, they may be its people. */
  @Test
  void whatMayHaveBeenAddedAllTheSameIsADraft() throws IOException {
    PageCampaign campaign = uploading();
    campaign.add("+5511960000009");
    change();
    browser.release();

    browser.awaitText(
        "[aria-labelledby=import] .problem",
        "“Spring” is now a draft and does not start by itself");
    assertThat(campaign.status()).isEqualTo("DRAFT");
    assertOnlyTheFileWasRefused();
  }

  @Test
  void whoseConnectionBreaksIsToldTheTimeThatWasTaken() throws IOException {
    PageCampaign campaign = uploading();
    change();
    browser.script("window.fetch = () => Promise.reject(new TypeError('Failed to fetch'))");
    browser.release();

    String problem = "[aria-labelledby=import] .problem";
    browser.awaitText(problem, "The file has changed");
    browser.awaitText(problem, "“Spring” may be a draft now, which does not start by itself");
    browser.awaitText(problem, "it was May 10, 2099");
    browser.picture("added-unknown");
    assertThat(campaign.status()).isEqualTo("DRAFT");
    assertOnlyTheFileWasRefused();
  }

  /** Returns a scheduled campaign to which a file is being added, with this request held. */
  private PageCampaign adding(String held) {
    PageCampaign campaign = scheduled();
    browser.find("#import");
    browser.hold(held);
    add(1, 2);
    browser.awaitHeld(1);
    return campaign;
  }

  /** Returns such a campaign, whose start time has been taken away meanwhile. */
  private PageCampaign uploading() {
    PageCampaign campaign = adding("/recipients?for=");
    awaitStatus(campaign, "DRAFT");
    return campaign;
  }

  private void assertOnlyTheFileWasRefused() {
    assertThat(browser.complaints()).allMatch(line -> line.contains("ERR_UPLOAD_FILE_CHANGED"));
  }

  private void change() throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
  }

  @Test
  void whoLeavesBeforeTheReviewFindsADraft() {
    PageCampaign campaign = adding("/review");
    browser.click("nav a[href='#/senders']");
    browser.awaitText("h1", "Senders");
    browser.release();

    browser.awaitText("#notes", "is a draft again");
    assertThat(campaign.status()).isEqualTo("DRAFT");
  }

  /** In one of these countries it is day now, but not for all of 28 hours. */
  @Test
  void whatGoesOnIntoTheNightSaysSoAtTheStartTheResumeAndTheResend() {
    PAGE.client().put("/api/senders/slow", Map.of("address", "1", "ratePerSecond", 1));
    PageCampaign campaign = PAGE.campaign("Spring", "slow", "Hi {{first_name}}");
    String id = campaign.id();
    PAGE.sql(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone) SELECT '%s',".formatted(id)
            + " CASE n % 2 WHEN 0 THEN '+55' || (11960000000 + n) ELSE '+86' || (13800000000 + n) END"
            + " FROM generate_series(1, 100000) AS n");
    campaign.open();
    browser.click("#start");
    browser.awaitText("#dialog", "It goes on into the night for");
    browser.awaitText("#dialog", "Sending hours would stop it until the morning");
    browser.picture("review-into-the-night");
    assertThat(browser.find("#dialog").getText()).as("it has none").doesNotContain("daily limit");
    browser.click("#dialog button[type=button]:not([name])");

    stands(campaign, "PAUSED");
    campaign.open();
    browser.click("#resume");
    browser.awaitText("#dialog h2", "Resume this campaign?");
    browser.awaitText("#dialog", "It goes on into the night for");
    browser.awaitText("#dialog .primary", "Send to 100,000 (100 thousand) recipients");
    browser.pictures("review-resume");
    browser.click("#dialog .primary");
    browser.awaitText("#notes", "Resuming");

    PAGE.sql(
        "UPDATE sluice.campaign_recipient SET status = 'FAILED', error_code = '131049'"
            + " WHERE campaign_id = '%s'".formatted(id));
    campaign.set("failed = 100000");
    stands(campaign, "COMPLETED");
    campaign.open();
    browser.click("#resend");
    browser.awaitText("#dialog", "Estimated duration");
    browser.awaitText("#dialog", "27 h 46 min, until");
    browser.awaitText("#dialog", "It goes on into the night for");
    browser.picture("resend-into-the-night");
    assertThat(browser.faults()).isEmpty();
    browser.click("#dialog button[type=button]:not([name])");
    browser.click("section[aria-labelledby=errors] button");
    browser.awaitText("#dialog", "27 h 46 min, until");
    assertThat(browser.find("#dialog").getText()).doesNotContain("Not all of this");
    browser.click("#dialog button[type=button]:not([name])");

    browser.hold("/review");
    browser.click("#resend");
    browser.awaitHeld(1);
    browser.script(
        """
        const night = { recipients: 50000, asleep: 0, zones: [], later: null, partial: true };
        window.held.splice(0).forEach((go) => go(Response.json({ night, cost: null })));
        """);
    browser.awaitText("#dialog", "Not all of this could be looked up just now");
    browser.click("#dialog button[type=button]:not([name])");
  }

  private static void stands(PageCampaign campaign, String status) {
    campaign.set(
        "status = '%s', total = 100000, started_at = coalesce(started_at, now()),".formatted(status)
            + " completed_at = CASE '%s' WHEN 'COMPLETED' THEN now() END".formatted(status));
  }

  /** Returns a scheduled campaign, whose page is open. */
  private static PageCampaign scheduled() {
    PageCampaign campaign = PAGE.campaign("Spring", "Hi {{first_name}}");
    campaign.schedule("2099-05-10T09:30:00Z");
    campaign.open();
    return campaign;
  }

  private void awaitStatus(PageCampaign campaign, String status) {
    browser.until().until(driver -> campaign.status().equals(status));
  }

  private void add(int from, int people) {
    StringBuilder text = new StringBuilder("phone,first_name\n");
    for (int i = from; i < from + people; i++) {
      text.append("+551196%07d,Ana%n".formatted(i));
    }
    file = PAGE.choose(text.toString());
    browser.awaitText("[aria-labelledby=import] .report", " usable");
    browser.click("[aria-labelledby=import] .primary");
  }
}
