package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.schema.Json;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.support.ui.ExpectedConditions;
import tools.jackson.databind.JsonNode;

/** Resends to recipients who are ticked on the page, in a browser. */
@EnabledIf("dev.sluice.demo.Browser#isThere")
class SelectedPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private static final String PEOPLE = "section[aria-labelledby=people] ";

  private static ConsoleClient client;
  private static Browser browser;

  @BeforeAll
  static void start() {
    client = PAGE.client();
    browser = PAGE.browser();
  }

  @Test
  void ofThoseWhoAreTickedTheQuestionSaysWhoCannotBeSentToAndWhy() {
    String campaign = campaign();
    people(campaign, 1, 3, "FAILED");
    people(campaign, 4, 5, "READ");
    people(campaign, 6, 6, "UNCONFIRMED");
    people(campaign, 7, 7, "SUPPRESSED");
    completed(campaign, "failed = 3, read = 2, unconfirmed = 1, suppressed = 1, total = 7");
    PAGE.sql("INSERT INTO sluice.suppression (phone, reason) VALUES ('+5511960000003', 'test')");
    open(campaign);
    browser.awaitText(PEOPLE, "0 selected");
    browser.click(PEOPLE + "[name=select-page]");
    browser.awaitText(PEOPLE, "7 selected");
    browser.picture("selected");
    browser.resize(Browser.PHONE);
    browser.picture("selected-phone");
    browser.resize(Browser.DESKTOP);
    browser.click("#resend-selected");

    browser.awaitText("#dialog", "To 2 of the 7 selected recipients, for whom it failed.");
    browser.awaitText("#dialog", "2 of these cannot be sent again, because the message has");
    browser.awaitText("#dialog", "1 of these cannot be sent again, because they have opted out");
    browser.awaitText("#dialog", "1 recipient has opted out since then and is skipped.");
    browser.awaitText("#dialog dd strong", "2");
    browser.click("#dialog .check input");
    browser.awaitText("#dialog dd strong", "3");
    browser.picture("resend-selected");
    assertThat(browser.faults()).isEmpty();
    JsonNode sent = sent();
    assertThat(sent.path("path").asString()).contains("status=FAILED&status=UNCONFIRMED");
    assertThat(sent.path("body").path("recipients")).hasSize(7);
    browser.awaitText("#notes", "Resending");
  }

  @Test
  void aSelectionGrowsOverPagesUntilItIsFull() {
    String campaign = campaign();
    people(campaign, 1, 1_050, "FAILED");
    completed(campaign, "failed = 1050, total = 1050");
    open(campaign);
    browser.click(PEOPLE + "tbody input");
    browser.awaitText(PEOPLE, "1 selected");
    browser.click("#select-none");
    for (int page = 1; page <= 10; page++) {
      browser.click(PEOPLE + "[name=select-page]");
      browser.awaitText(PEOPLE + ".selection", "%,d selected".formatted(page * 100));
      browser.click(PEOPLE + "> .actions button:last-child");
      browser
          .until()
          .until(
              ExpectedConditions.presenceOfElementLocated(
                  By.cssSelector(PEOPLE + "[name=select-page]:not(:checked)")));
    }
    browser.click(PEOPLE + "[name=select-page]");

    browser.awaitText("#notes", "At most 1,000 recipients can be selected at once.");
    assertThat(browser.find(PEOPLE + "[name=select-page]").isSelected()).isFalse();
    browser.click("#resend-selected");
    browser.awaitText("#dialog", "To 1,000 of the 1,000 selected recipients");
    browser.click("#dialog button[type=button]:not([name])");
  }

  /** A short one begins and ends between two looks at the campaign. */
  @Test
  void whatIsTickedAndListedIsNoLongerThatOfTheRoundBefore() {
    String campaign = campaign();
    people(campaign, 1, 2, "FAILED");
    completed(campaign, "failed = 2, total = 2");
    open(campaign);
    browser.click(PEOPLE + "tbody input");
    browser.awaitText(PEOPLE + ".selection", "1 selected");
    PAGE.sql(
        "UPDATE sluice.campaign_recipient SET status = 'READ', round = 2 WHERE campaign_id = '%s'"
                .formatted(campaign)
            + " AND phone = '+5511960000001'");
    completed(campaign, "failed = 1, read = 1, round = 2");

    browser.awaitText(PEOPLE + "tbody", "read");
    browser.awaitText(PEOPLE + ".selection", "0 selected");
  }

  @Test
  void whoClearsTheSelectionWithoutAMouseGoesOnFromThere() {
    String campaign = campaign();
    people(campaign, 1, 2, "FAILED");
    completed(campaign, "failed = 2, total = 2");
    open(campaign);
    Keyboard keyboard = new Keyboard(browser);
    keyboard.tick(PEOPLE + "[name=select-page]");
    keyboard.press("#select-none");
    browser.awaitText(PEOPLE + ".selection", "0 selected");

    assertThat(browser.driver().switchTo().activeElement().getDomAttribute("name"))
        .isEqualTo("select-page");
  }

  @Test
  void aResendToNobodyIsNotTakenForOne() {
    String campaign = campaign();
    people(campaign, 1, 1, "UNCONFIRMED");
    completed(campaign, "unconfirmed = 1, total = 1");
    open(campaign);
    browser.click(PEOPLE + "tbody input");
    browser.click("#resend-selected");
    browser.awaitText("#dialog", "It failed for none of the selected recipients.");
    browser.click("#dialog .primary");

    browser.awaitText("#notes", "Nothing was sent again");
  }

  @Test
  void nobodyCanBeTickedWhereNothingCanBeSentAgain() {
    String campaign = campaign();
    people(campaign, 1, 2, "READ");
    completed(campaign, "read = 2, total = 2");
    open(campaign);
    browser.awaitText(PEOPLE + "tbody", "+5511960000001");

    assertThat(browser.driver().findElements(By.cssSelector(PEOPLE + "[type=checkbox]"))).isEmpty();
  }

  /** Confirms, and returns what is asked of the console by that. */
  private static JsonNode sent() {
    browser
        .driver()
        .executeScript(
            """
            const { fetch: real } = window;
            window.fetch = (path, asked) => {
              if (path.includes('/resend?')) {
                window.sent = JSON.stringify({ path, body: JSON.parse(asked.body) });
              }
              return real.call(window, path, asked);
            };
            """);
    browser.click("#dialog .primary");
    Object sent =
        browser.until().until(driver -> browser.driver().executeScript("return window.sent"));
    return Json.MAPPER.readTree((String) sent);
  }

  private static void open(String campaign) {
    browser.open("#/campaigns/" + campaign);
    browser.find(PEOPLE);
  }

  private static String campaign() {
    JsonNode message =
        Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Hi {{first_name}}\"}}");
    return client
        .post("/api/campaigns", Map.of("name", "Spring", "sender", "brazil", "message", message))
        .path("id")
        .asString();
  }

  private static void people(String campaign, int from, int to, String status) {
    PAGE.sql(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables, status)"
            + " SELECT '%s', '+' || (5511960000000 + n), '{\"first_name\": \"Ana\"}', '%s'"
                .formatted(campaign, status)
            + " FROM generate_series(%d, %d) AS n".formatted(from, to));
  }

  private static void completed(String campaign, String counters) {
    PAGE.sql(
        "UPDATE sluice.campaign SET status = 'COMPLETED', started_at = now(), completed_at = now(),"
            + " %s WHERE id = '%s'".formatted(counters, campaign));
  }
}
