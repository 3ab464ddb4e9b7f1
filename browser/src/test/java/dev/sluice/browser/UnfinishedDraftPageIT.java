package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;

/** Tests what the page does about a campaign that is not finished, in a browser. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class UnfinishedDraftPageIT {
  @RegisterExtension static final ConsolePage PAGE = new ConsolePage();

  private final ConsoleClient client = PAGE.client();
  private final Browser browser = PAGE.browser();

  /** The draft is created before its recipients; trying again must not create another. */
  @Test
  void aDraftWhosePeopleCouldNotBeAddedIsGoneOnWith() {
    int before = client.get("/api/campaigns").size();
    PAGE.sql("ALTER TABLE sluice.campaign_recipient ADD CONSTRAINT broken CHECK (false) NOT VALID");
    PAGE.recipientsOf("Hi");
    browser.hold("/recipients/check");
    PAGE.choose("phone\n+5511960000001\n");
    browser.click("select[name=charset] option[value=windows-1252]");
    browser.awaitHeld(2);
    assertThat(browser.aborted()).isEqualTo(1L);
    for (int click = 1; click <= 3; click++) {
      browser.click("#next");
    }
    browser.release();
    browser.find("input[name=scheduledAt]");
    browser.click("#next");
    browser.type("input[name=test-numbers]", "+5511960000009");
    browser.hold("/api/campaigns");
    browser.click("#test-send");
    browser.click("#create");
    browser.awaitHeld(1);
    browser.release();
    browser.awaitText(".problem", "Create tries again with the same campaign");
    browser.picture("file-not-added");
    PAGE.sql("ALTER TABLE sluice.campaign_recipient DROP CONSTRAINT broken");
    browser.click("#create");

    browser.awaitText("h1", "From a file");
    browser.awaitText(".figure.pending dd", "1");
    assertThat(client.get("/api/campaigns").size()).isEqualTo(before + 1);
  }

  @Test
  void whatIsDiscardedDuringItsUploadIsNeitherFilledNorScheduled() {
    PAGE.recipientsOf("Hi");
    PAGE.choose("phone\n+5511960000001\n");
    browser.awaitText(".report", "1 usable");
    browser.click("#next");
    browser.set("input[name=scheduledAt]", "2099-05-10T09:30");
    browser.click("#next");
    browser.hold("/recipients?");
    browser.click("#create");
    browser.awaitHeld(1);
    String id = kept("made");
    browser.click("a[href='#/new']");
    browser.awaitText("#notes", "The campaign was not created, because you left the page");
    browser.click(".reason button");
    browser.until().until(driver -> kept("name") == null);
    browser.type("input[name=name]", "Another one");
    browser.release();
    browser
        .until()
        .until(driver -> client.get("/api/campaigns/" + id).path("archivedAt").isString());

    assertThat(client.get("/api/campaigns/" + id).path("status").asString()).isEqualTo("DRAFT");
    assertThat(client.get("/api/campaigns/" + id).path("total").asLong()).isZero();
    assertThat(browser.driver().getCurrentUrl()).endsWith("#/new");
    assertThat(kept("name")).isEqualTo("Another one");
  }

  @Test
  void whoGoesBackFromTheReviewKeepsThePeopleWhoWereUploaded() {
    PAGE.write("Hi");
    browser.type("input[name=name]", "Looked at twice");
    browser.click("#next");
    PAGE.choose("phone\n+5511960000001\n");
    browser.awaitText(".report", "1 usable");
    browser.click("#next");
    browser.set("input[name=scheduledAt]", "2099-05-10T09:30");
    browser.click("#next");
    browser.click("#create");
    browser.awaitText("#dialog .primary", "Schedule for 1 recipient");
    browser.click("#dialog button[type=button]:not([name])");
    browser.click("#create");
    browser.awaitText("#dialog .primary", "Schedule for 1 recipient");
    browser.click("#dialog .primary");

    browser.awaitText("h1", "Looked at twice");
    browser.awaitText(".badge", "scheduled");
    assertThat(client.get("/api/campaigns?archived=true&search=Looked%20at%20twice").size())
        .isEqualTo(1);
  }

  /** What was made of it may have been finished there, and must not be written over. */
  @Test
  void aDraftThatAnotherTabHasEndedIsOneOfItsOwnAgain() {
    PAGE.write("Hi");
    browser.script(
        """
        const name = 'sluice-unfinished-campaign';
        localStorage.setItem(name, JSON.stringify({ name: 'Of two tabs', made: 'theirs' }));
        """);
    browser.open("#/new");
    browser.awaitText(".reason", "You left this campaign unfinished");
    browser.script(
        """
        const name = 'sluice-unfinished-campaign';
        localStorage.removeItem(name);
        dispatchEvent(new StorageEvent('storage', { key: name, newValue: null }));
        """);

    assertThat(kept("name")).isEqualTo("Of two tabs");
    assertThat(kept("made")).isNull();
  }

  @Test
  void changesThatWereLeftAreGoneOnWithOrDiscarded() {
    PageCampaign campaign = PAGE.campaign("Edited", "Hi there");
    campaign.edit();
    browser.find("select[name=sender] option");
    browser.type("textarea[name=text]", "Hi all");
    browser.click("nav a[href='#/']");
    browser.awaitText("h1", "Campaigns");
    campaign.edit();
    browser.awaitText(".reason", "You left these changes unsaved");
    browser.picture("edit-unsaved");
    assertThat(browser.faults()).isEmpty();
    assertThat(browser.find("textarea[name=text]").getAttribute("value")).isEqualTo("Hi all");
    browser.click(".reason button");
    browser.awaitText(".bubble", "Hi there");

    browser.type("textarea[name=text]", "Hi you");
    browser.createDraft();
    browser.awaitText(".badge", "draft");
    campaign.edit();
    browser.awaitText(".bubble", "Hi you");
    assertThat(browser.driver().findElements(By.cssSelector(".reason"))).isEmpty();
  }

  /** The console refuses it, because their time zones are found as they are added. */
  @Test
  void aLocalTimeIsNotOfferedOncePeopleAreThere() {
    PageCampaign campaign = PAGE.campaign("Edited", "Hi there");
    campaign.edit();
    browser.find("select[name=sender] option");
    browser.click("#next");
    assertThat(browser.find("input[name=localTime]").isEnabled()).isTrue();
    campaign.add("+5511960000001");
    campaign.edit();
    browser.find("select[name=sender] option");
    browser.click("#next");
    browser.awaitText("main", "The campaign has recipients already");
    browser.picture("edit-local-time");
    assertThat(browser.find("input[name=localTime]").isEnabled()).isFalse();
  }

  /** Or one in which the person allows nothing to be kept. */
  @Test
  void aBrowserThatIsFullKeepsNobodyFromWriting() {
    PAGE.write("Hi");
    browser.script("Storage.prototype.setItem = () => { throw new Error('full'); }");
    browser.type("textarea[name=text]", "Hi again");

    browser.awaitText(".bubble", "Hi again");
  }

  private @Nullable String kept(String field) {
    return (String)
        browser.script(
            "return JSON.parse(localStorage.getItem('sluice-unfinished-campaign'))?.[arguments[0]]",
            field);
  }
}
