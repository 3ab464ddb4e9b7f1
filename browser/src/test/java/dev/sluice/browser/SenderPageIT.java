package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** What the page says and asks of senders and of the templates of their accounts, in a browser. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class SenderPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private final ConsoleClient client = PAGE.client();
  private final Browser browser = PAGE.browser();

  @Test
  void whoGivesASenderWithScheduledCampaignsAnotherAccountIsAskedAndMayGoBackToTheForm() {
    client.put("/api/senders/moved", Map.of("address", "1", "account", "77"));
    PAGE.campaign("Summer", "moved", "Hi").schedule("2099-07-10T09:30:00Z");
    PAGE.campaign("Spring", "moved", "Hi").schedule("2099-05-10T09:30:00Z");
    browser.open("#/senders");
    browser.click("button[aria-label='Edit moved']");
    browser.type("#dialog input[name=account]", "88");
    browser.click("#dialog .primary");
    browser.awaitText("#question", "2 campaigns are scheduled, sending or paused with this sender");
    browser.awaitText("#question", "Spring, Summer. Another provider");
    browser.picture("sender-moved");
    assertThat(browser.faults()).isEmpty();

    browser.click("#question button[type=button]");
    browser.click("#dialog .primary");
    browser.awaitText("#question", "Summer");
    assertThat(account()).isEqualTo("77");
    browser.click("#question .danger");
    browser.awaitText("#notes", "Saved");
    browser.until().until(driver -> !isShown("#dialog"));
    assertThat(account()).isEqualTo("88");
  }

  /** A provider that does not answer makes the page's own requests fail, too. */
  @Test
  void whoSchedulesThoughTheTemplatesCouldNotBeReadIsToldUntilTheNoteIsPutAway() {
    PageCampaign campaign = PAGE.campaign("Autumn", "Hi");
    campaign.add("+5511960000001");
    campaign.open();
    browser.click("#schedule");
    browser.script(
        """
        const { fetch: real } = window;
        window.fetch = async (path, asked) => {
          const answer = await real.call(window, path, asked);
          return asked?.method === 'PATCH'
            ? new Response(JSON.stringify({ ...(await answer.json()), templateUnchecked: true }))
            : answer;
        };
        """);
    browser.set("#dialog input", "2099-05-10T09:30");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog .primary", "Schedule for 1 recipient");
    browser.click("#dialog .primary");
    browser.awaitText(".badge", "scheduled");
    browser.awaitText("#notes .bad", "The provider did not list the templates in time");
    browser.picture("templates-unchecked");
    browser.click("#notes .bad button");
    assertThat(isShown("#notes .bad")).isFalse();
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

  private boolean isShown(String css) {
    return browser.driver().findElements(By.cssSelector(css)).stream()
        .anyMatch(WebElement::isDisplayed);
  }

  private String account() {
    return client.get("/api/senders/moved").path("account").asString();
  }
}
