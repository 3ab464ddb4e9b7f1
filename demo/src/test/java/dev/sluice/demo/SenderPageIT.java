package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.schema.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** What the page says of templates that a sender's account may not have, in a browser. */
@EnabledIf("dev.sluice.demo.Browser#isThere")
class SenderPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private static ConsoleClient client;
  private static Browser browser;

  @BeforeAll
  static void start() {
    client = PAGE.client();
    browser = PAGE.browser();
  }

  @Test
  void whoGivesASenderWithScheduledCampaignsAnotherAccountIsAskedAndMayGoBackToTheForm() {
    client.put("/api/senders/moved", Map.of("address", "1", "account", "77"));
    client.patch(campaign("moved", "Summer"), Map.of("scheduledAt", "2099-07-10T09:30:00Z"));
    client.patch(campaign("moved", "Spring"), Map.of("scheduledAt", "2099-05-10T09:30:00Z"));
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
    String campaign = campaign("brazil", "Autumn");
    client.post(campaign + "/recipients", List.of(Map.of("phone", "+5511960000001")));
    browser.open("#" + campaign.substring("/api".length()));
    browser.click("#schedule");
    browser
        .driver()
        .executeScript(
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

  private static boolean isShown(String css) {
    return browser.driver().findElements(By.cssSelector(css)).stream()
        .anyMatch(WebElement::isDisplayed);
  }

  private static String account() {
    return client.get("/api/senders/moved").path("account").asString();
  }

  private static String campaign(String sender, String name) {
    return "/api/campaigns/"
        + client
            .post(
                "/api/campaigns",
                Map.of(
                    "name",
                    name,
                    "sender",
                    sender,
                    "message",
                    Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}")))
            .path("id")
            .asString();
  }
}
