package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.support.ui.ExpectedConditions;
import tools.jackson.databind.JsonNode;

/** Resends to recipients who are ticked on the page, in a browser. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class SelectedPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private static final String PEOPLE = "section[aria-labelledby=people] ";

  private final Browser browser = PAGE.browser();

  @Test
  void ofThoseWhoAreTickedTheQuestionSaysWhoCannotBeSentToAndWhy() {
    PageCampaign campaign = PAGE.campaign("Spring", "Hi {{first_name}}");
    campaign.people(1, 3, "FAILED");
    campaign.people(4, 5, "READ");
    campaign.people(6, 6, "UNCONFIRMED");
    campaign.people(7, 7, "SUPPRESSED");
    campaign.complete("failed = 3, read = 2, unconfirmed = 1, suppressed = 1, total = 7");
    PAGE.sql("INSERT INTO sluice.suppression (phone, reason) VALUES ('+5511960000003', 'test')");
    open(campaign);
    browser.awaitText(PEOPLE, "0 selected");
    browser.click(PEOPLE + "[name=select-page]");
    browser.awaitText(PEOPLE, "7 selected");
    browser.pictures("selected");
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
    PageCampaign campaign = PAGE.campaign("Spring", "Hi {{first_name}}");
    campaign.people(1, 1_050, "FAILED");
    campaign.complete("failed = 1050, total = 1050");
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
    PageCampaign campaign = PAGE.campaign("Spring", "Hi {{first_name}}");
    campaign.people(1, 2, "FAILED");
    campaign.complete("failed = 2, total = 2");
    open(campaign);
    browser.click(PEOPLE + "tbody input");
    browser.awaitText(PEOPLE + ".selection", "1 selected");
    PAGE.sql(
        "UPDATE sluice.campaign_recipient SET status = 'READ', round = 2 WHERE campaign_id = '%s'"
                .formatted(campaign.id())
            + " AND phone = '+5511960000001'");
    campaign.complete("failed = 1, read = 1, round = 2");

    browser.awaitText(PEOPLE + "tbody", "read");
    browser.awaitText(PEOPLE + ".selection", "0 selected");
  }

  @Test
  void whoClearsTheSelectionWithoutAMouseGoesOnFromThere() {
    PageCampaign campaign = PAGE.campaign("Spring", "Hi {{first_name}}");
    campaign.people(1, 2, "FAILED");
    campaign.complete("failed = 2, total = 2");
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
    PageCampaign campaign = PAGE.campaign("Spring", "Hi {{first_name}}");
    campaign.people(1, 1, "UNCONFIRMED");
    campaign.complete("unconfirmed = 1, total = 1");
    open(campaign);
    browser.click(PEOPLE + "tbody input");
    browser.click("#resend-selected");
    browser.awaitText("#dialog", "It failed for none of the selected recipients.");
    browser.click("#dialog .primary");

    browser.awaitText("#notes", "Nothing was sent again");
  }

  @Test
  void nobodyCanBeTickedWhereNothingCanBeSentAgain() {
    PageCampaign campaign = PAGE.campaign("Spring", "Hi {{first_name}}");
    campaign.people(1, 2, "READ");
    campaign.complete("read = 2, total = 2");
    open(campaign);
    browser.awaitText(PEOPLE + "tbody", "+5511960000001");

    assertThat(browser.driver().findElements(By.cssSelector(PEOPLE + "[type=checkbox]"))).isEmpty();
  }

  /** Confirms, and returns what is asked of the console by that. */
  private JsonNode sent() {
    browser.script(
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
    Object sent = browser.until().until(driver -> browser.script("return window.sent"));
    return Json.MAPPER.readTree((String) sent);
  }

  private void open(PageCampaign campaign) {
    campaign.open();
    browser.find(PEOPLE);
  }
}
