package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** Searches on the page, in a browser. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class FoundPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private static final String PEOPLE = "section[aria-labelledby=people] ";

  private final Browser browser = PAGE.browser();

  @BeforeAll
  static void addSenders() {
    PAGE.client().put("/api/senders/brazil-two", Map.of("address", "2"));
    PAGE.client().put("/api/senders/chile", Map.of("address", "3"));
    PAGE.client().put("/api/senders/ecuador", Map.of("address", "4"));
  }

  /** The one who is searched for is beyond the first part of the search. */
  @Test
  void aSearchGoesOnByItselfAndShowsWhatItFoundAndWhen() {
    PageCampaign campaign = PAGE.campaign("Large", "Hi");
    campaign.people(1, 250_000, "variables", "'{}'");
    PAGE.sql(
        "INSERT INTO sluice.campaign_recipient"
            + " (campaign_id, phone, external_id, variables, status, sent_at, delivered_at, failed_at)"
            + " VALUES ('%s', '+5599999999999', 'crm-77', '{\"first_name\": \"Zoë\", \"city\": \"Recife\"}',"
                .formatted(campaign.id())
            + " 'FAILED', '2026-03-01T10:00Z', NULL, '2026-03-01T10:05Z')");
    campaign.open();
    browser.type(PEOPLE + "input[name=search]", "zoë");
    browser.click(PEOPLE + "form button");
    browser.awaitText(PEOPLE + "tbody", "+5599999999999");
    browser.awaitText(PEOPLE + "tbody", "first_name: Zoë");
    assertThat(browser.find(PEOPLE + "tbody").getText()).doesNotContain("Recife");
    browser.click(PEOPLE + "tbody button");
    browser.awaitText(PEOPLE + ".more", "Recife");
    browser.awaitText(PEOPLE + ".more", "crm-77");
    assertThat(browser.find(PEOPLE + ".more").getText()).contains("sent", "failed", "Mar 1, 2026");
    browser.pictures("found-details");
    assertThat(browser.faults()).isEmpty();
  }

  /** A campaign of a million recipients, whose search takes seconds. */
  @Test
  void thatNobodyIsAmongThoseWhoWereSearchedIsNotTakenForNobody() {
    PageCampaign campaign = PAGE.campaign("Larger", "Hi");
    campaign.complete("total = 3000000, sent = 1050000");
    campaign.open();
    browser.awaitText(PEOPLE, "No one");
    browser.script(
        """
        const { fetch: real } = window;
        let next = 0;
        window.fetch = (path, asked) =>
          path.includes('search=nowhere')
            ? Promise.resolve(new Response(JSON.stringify({ recipients: [], next: ++next, searched: 100_000 })))
            : real.call(window, path, asked);
        """);
    browser.click(PEOPLE + "option[value=SENT]");
    browser.type(PEOPLE + "input[name=search]", "nowhere");
    browser.click(PEOPLE + "form button");
    browser.awaitText(
        PEOPLE + "[role=status]",
        "No one among the 1,000,000 of 1,050,000 recipients searched so far");
    browser.picture("found-none-yet");
    assertThat(browser.faults()).isEmpty();
    browser.click(PEOPLE + ".actions button:last-child");
    browser.awaitText(PEOPLE + "[role=status]", "2,000,000 recipients searched so far");
  }

  @Test
  void whereNobodyIsTheNextStepIsSaid() {
    PageCampaign campaign = PAGE.campaign("Empty", "Hi");
    campaign.open();
    browser.awaitText(PEOPLE, "No one yet. Add a file of recipients above.");
    browser.picture("found-empty");
    browser.type(PEOPLE + "input[name=search]", "Ana");
    browser.click(PEOPLE + "form button");
    browser.awaitText(PEOPLE, "Clear the search and the status to see everyone.");
    campaign.set("status = 'CANCELLED'");
    campaign.open();
    // What the console has read just before is shown until it reads again.
    browser.awaitText(".badge", "cancelled");
    browser.awaitText(PEOPLE, "No one");
    assertThat(browser.find(PEOPLE).getText()).doesNotContain("Add a file");

    browser.open("#/suppressions");
    browser.awaitText("main", "No one yet. Add a number above.");
    browser.picture("suppressions-empty");
    browser.type("input[name=phone]", "+5521");
    browser.click("form[role=search] button");
    browser.awaitText("main", "Clear the search to see all suppressed numbers.");
    assertThat(browser.faults()).isEmpty();
  }

  @Test
  void whoHasNoCodeCanBeDownloaded() {
    PageCampaign campaign = PAGE.campaign("Opted out", "Hi");
    campaign.complete("total = 1, suppressed = 1");
    campaign.people(1, 1, "SUPPRESSED");
    campaign.open();

    assertThat(browser.find("section[aria-labelledby=errors] a[download]").getAttribute("href"))
        .contains("status=SUPPRESSED", "reason=none");
  }

  @Test
  void aSenderThatIsHalfTypedIsTheOnlyOneThatItMayMeanOrNone() {
    PAGE.campaign("Of the first", "brazil", "Hi");
    PAGE.campaign("Of Chile", "chile", "Hi");
    browser.open("#/");
    String sender = "input[name=senderId]";
    browser.type(sender, "hil" + Keys.ENTER);
    browser.until().until(driver -> found().equals(List.of("Of Chile")));
    assertThat(browser.find(sender).getAttribute("value")).isEqualTo("chile");

    browser.type(sender, "braz" + Keys.ENTER);
    browser.awaitText("form .problem", "Several senders");
    browser.until().until(driver -> found().contains("Of the first"));
    browser.type(sender, "peru" + Keys.ENTER);
    browser.awaitText("form .problem", "No sender has this in its ID");
    browser.pictures("campaigns-no-sender");
    assertThat(browser.faults()).isEmpty();
    browser.type(sender, "brazil" + Keys.ENTER);
    browser.until().until(driver -> !found().contains("Of Chile"));
    assertThat(browser.driver().findElements(By.cssSelector("form .problem"))).isEmpty();
  }

  @Test
  void whoseSendersCannotBeReadIsToldSoAtTheFilterAndMayTryAgain() {
    PAGE.campaign("Of Ecuador", "ecuador", "Hi");
    browser.open("#/senders");
    browser.awaitText("h1", "Senders");
    browser.script(
        """
        const { fetch: real } = window;
        window.refused = '/api/senders?';
        window.fetch = (path, asked) =>
          path.includes(window.refused)
            ? Promise.resolve(new Response('', { status: 503 }))
            : real.call(window, path, asked);
        """);
    browser.click("nav a[href='#/']");
    String trouble = "form.filter .problem";
    browser.awaitText(trouble, "The senders could not be loaded");
    browser.awaitText(trouble, "HTTP 503");
    browser.picture("campaigns-unread-senders");
    assertThat(browser.faults()).isEmpty();
    // At once, as the page tries again by itself.
    browser.script("window.refused = NaN; document.querySelector('form.filter button').click()");
    browser.find("input[name=senderId]");
    assertThat(browser.driver().findElements(By.cssSelector(trouble))).isEmpty();

    browser.script("window.refused = '/api/senders?'");
    browser.type("input[name=senderId]", "cuad" + Keys.ENTER);
    browser.awaitText(trouble, "The senders could not be loaded");
    browser.script("window.refused = NaN");
    browser.click("form.filter button");
    browser.until().until(driver -> found().equals(List.of("Of Ecuador")));
    assertThat(browser.driver().findElements(By.cssSelector(trouble))).isEmpty();
  }

  private List<String> found() {
    return browser.texts(".campaign strong");
  }
}
