package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Tests what the page asks before a campaign goes out, in a browser. */
@EnabledIf("dev.sluice.demo.Browser#isThere")
class ReviewPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private final Browser browser = PAGE.browser();

  @Test
  void anEditIsReviewedAsItIsTypedBeforeItIsSaved() {
    String tomorrow = Instant.now().plus(Duration.ofDays(1)).toString();
    String campaign = campaign("Edited", "Hi {{first_name}}", Map.of("scheduledAt", tomorrow));
    people(campaign, "PENDING", "NULL");
    browser.open("#/campaigns/" + campaign + "/edit");
    browser.type("textarea[name=text]", "Hi {{first_name}} of {{city}}, see you soon");
    browser.click("#next");
    browser.find("input[name=scheduledAt]");
    browser.click("#next");
    browser.click("#create");
    browser.awaitText("#dialog h2", "Schedule this campaign?");
    browser.awaitText("#dialog", "2 recipients would fail and get nothing: city (missing or empty");
    browser.awaitText("#dialog .bubble", "Hi Ana of");
    browser.awaitText("#dialog .bubble", "see you soon");
    browser.picture("review-edit");
    assertThat(browser.faults()).isEmpty();
    browser.click("#dialog button[type=button]:not([name])");

    browser.find("#create");
    JsonNode kept = PAGE.client().get("/api/campaigns/" + campaign);
    assertThat(kept.at("/message/text/body").asString()).isEqualTo("Hi {{first_name}}");
  }

  @Test
  void anEditOfWhatOthersHaveScheduledSinceIsReviewed() {
    String campaign = campaign("Scheduled since", "Hi {{first_name}}", Map.of());
    browser.open("#/campaigns/" + campaign + "/edit");
    browser.type("textarea[name=text]", "Hi all");
    browser.click("#next");
    browser.find("input[name=scheduledAt]");
    browser.click("#next");
    people(campaign, "PENDING", "NULL");
    PAGE.client()
        .patch("/api/campaigns/" + campaign, Map.of("scheduledAt", "2099-05-10T09:30:00Z"));
    browser.click("#create");
    browser.awaitText("#dialog h2", "Schedule this campaign?");
    browser.awaitText("#dialog .primary", "Schedule for 2 recipients");
    browser.awaitText("#dialog .bubble", "Hi all");
    browser.click("#dialog .primary");

    browser.awaitText(".bubble", "Hi all");
    JsonNode kept = PAGE.client().get("/api/campaigns/" + campaign);
    assertThat(kept.path("scheduledAt").asString()).isEqualTo("2099-05-10T09:30:00Z");
  }

  @Test
  void anEditIsSavedForAsManyPeopleAsWereReviewed() {
    String campaign =
        campaign("Filled", "Hi {{first_name}}", Map.of("scheduledAt", "2099-05-10T09:30:00Z"));
    people(campaign, "PENDING", "NULL");
    browser.open("#/campaigns/" + campaign + "/edit");
    browser.type("textarea[name=text]", "Hi all");
    browser.click("#next");
    browser.find("input[name=scheduledAt]");
    browser.click("#next");
    browser.click("#create");
    browser.awaitText("#dialog .primary", "Schedule for 2 recipients");
    PAGE.client()
        .post(
            "/api/campaigns/" + campaign + "/recipients",
            List.of(Map.of("phone", "+5511970000001", "variables", Map.of("first_name", "Eva"))));
    browser.click("#dialog .primary");
    browser.awaitText("#dialog", "has 3 recipients by now instead of 2");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog .primary", "Schedule for 3 recipients");
    browser.click("#dialog .primary");

    browser.awaitText(".bubble", "Hi all");
  }

  @Test
  void yesterdaysFileIsNoticedInTheNextCampaign() {
    String yesterday = campaign("Spring, first day", "Hi", Map.of());
    people(yesterday, "DELIVERED", "now() - interval '20 hours'");
    PAGE.sql(
        "UPDATE sluice.campaign SET status = 'COMPLETED', started_at = now() - interval '20 hours',"
            + " completed_at = now() - interval '19 hours' WHERE id = '%s'".formatted(yesterday));
    String today = campaign("Spring, second day", "Hi", Map.of());
    people(today, "PENDING", "NULL");

    browser.open("#/campaigns/" + today);
    browser.click("#start");
    browser.awaitText(
        "#dialog", "2 recipients got a message from this sender within the 24 hours before");
    browser.awaitText("#dialog", "“Spring, first day”. Is it the same list again?");
    browser.picture("review-repeated");
    assertThat(browser.faults()).isEmpty();

    browser.speak("pt-BR");
    browser.open("#/campaigns/" + today);
    browser.click("#start");
    browser.awaitText("#dialog", "2 destinatários já receberam uma mensagem deste remetente");
    browser.speak("en");
  }

  private static String campaign(String name, String text, Map<String, String> more) {
    Map<String, Object> wish =
        new HashMap<>(
            Map.of(
                "name",
                name,
                "sender",
                "brazil",
                "message",
                Map.of("type", "text", "text", Map.of("body", text))));
    wish.putAll(more);
    return PAGE.client().post("/api/campaigns", wish).path("id").asString();
  }

  private static void people(String campaign, String status, String sentAt) {
    PAGE.sql(
        ("INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables, status, sent_at)"
                + " SELECT '%s', '+551196000000' || n, '{\"first_name\":\"Ana\"}', '%s', %s"
                + " FROM generate_series(1, 2) AS n")
            .formatted(campaign, status, sentAt));
  }
}
