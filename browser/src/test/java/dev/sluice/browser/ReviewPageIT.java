package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Json;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what the page asks before a campaign goes out, in a browser. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class ReviewPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private final Browser browser = PAGE.browser();

  @Test
  void anEditIsReviewedAsItIsTypedBeforeItIsSaved() {
    String tomorrow = Instant.now().plus(Duration.ofDays(1)).toString();
    PageCampaign campaign = PAGE.campaign("Edited", "Hi {{first_name}}");
    campaign.schedule(tomorrow);
    campaign.people(1, 2, "PENDING");
    campaign.edit();
    browser.type("textarea[name=text]", "Hi {{first_name}} of {{city}}, see you soon");
    browser.createDraft();
    browser.awaitText("#dialog h2", "Schedule this campaign?");
    browser.awaitText("#dialog", "2 recipients would fail and get nothing: city (missing or empty");
    browser.awaitText("#dialog .bubble", "Hi Ana of");
    browser.awaitText("#dialog .bubble", "see you soon");
    browser.picture("review-edit");
    assertThat(browser.faults()).isEmpty();
    browser.click("#dialog button[type=button]:not([name])");

    browser.find("#create");
    assertThat(campaign.kept().at("/message/text/body").asString()).isEqualTo("Hi {{first_name}}");
  }

  @Test
  void anEditOfWhatOthersHaveScheduledSinceIsReviewed() {
    PageCampaign campaign = PAGE.campaign("Scheduled since", "Hi {{first_name}}");
    campaign.edit();
    browser.type("textarea[name=text]", "Hi all");
    browser.toReview();
    campaign.people(1, 2, "PENDING");
    campaign.schedule("2099-05-10T09:30:00Z");
    browser.click("#create");
    browser.awaitText("#dialog h2", "Schedule this campaign?");
    browser.awaitText("#dialog .primary", "Schedule for 2 recipients");
    browser.awaitText("#dialog .bubble", "Hi all");
    browser.click("#dialog .primary");

    browser.awaitText(".bubble", "Hi all");
    assertThat(campaign.scheduledAt()).isEqualTo("2099-05-10T09:30:00Z");
  }

  @Test
  void anEditIsSavedForAsManyPeopleAsWereReviewed() {
    PageCampaign campaign = PAGE.campaign("Filled", "Hi {{first_name}}");
    campaign.schedule("2099-05-10T09:30:00Z");
    campaign.people(1, 2, "PENDING");
    campaign.edit();
    browser.type("textarea[name=text]", "Hi all");
    browser.createDraft();
    browser.awaitText("#dialog .primary", "Schedule for 2 recipients");
    campaign.add("+5511970000001");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog", "has 3 recipients by now instead of 2");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog .primary", "Schedule for 3 recipients");
    browser.click("#dialog .primary");

    browser.awaitText(".bubble", "Hi all");
  }

  @Test
  void yesterdaysFileIsNoticedInTheNextCampaign() {
    PageCampaign yesterday = PAGE.campaign("Spring, first day", "Hi");
    yesterday.people(1, 2, "status, sent_at", "'DELIVERED', now() - interval '20 hours'");
    yesterday.set(
        "status = 'COMPLETED', started_at = now() - interval '20 hours',"
            + " completed_at = now() - interval '19 hours'");
    PageCampaign today = PAGE.campaign("Spring, second day", "Hi");
    today.people(1, 2, "PENDING");

    today.open();
    browser.click("#start");
    browser.awaitText(
        "#dialog", "2 recipients got a message from this sender within the 24 hours before");
    browser.awaitText("#dialog", "“Spring, first day”. Is it the same list again?");
    browser.picture("review-repeated");
    assertThat(browser.faults()).isEmpty();

    browser.speak("pt-BR");
    today.open();
    browser.click("#start");
    browser.awaitText("#dialog", "2 destinatários já receberam uma mensagem deste remetente");
    browser.speak("en");
  }

  @Test
  void aTemplateThatWasStoppedIsAskedAboutAtTheStart() {
    PageCampaign campaign =
        PAGE.campaign(
            "Stopped",
            "brazil",
            Json.MAPPER.readTree(
                """
                {"type": "template", "template": {"name": "spring", "language": {"code": "en"}}}\
                """));
    campaign.add("+5511960000001");
    PAGE.sql(
        "INSERT INTO sluice.template_state (name, language, account, stopped, at)"
            + " VALUES ('spring', 'en', '', 'the provider has paused it', now())");
    campaign.open();
    browser.click("#start");
    browser.click("#dialog .primary");
    browser.awaitText("#dialog", "the provider has paused it");
    browser.picture("dialog-stopped");
    browser.click("#dialog .danger");

    browser.awaitText("#notes", "Starting");
  }
}
