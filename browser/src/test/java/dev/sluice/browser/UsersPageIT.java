package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.Users;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/** The page for people with names, roles and approval. */
@EnabledIf("dev.sluice.browser.Browser#isThere")
class UsersPageIT {
  private static final String TOKEN = "correct-horse-battery";
  private static final String PASSWORD = "correct horse battery";

  /** With as few rounds as are allowed, because each sign-in takes a while otherwise. */
  private static final String HASH =
      "$pbkdf2-sha256$i=100000$AAECAwQFBgcICQoLDA0ODw$yNEi7NuUd81IprF1DFmFwLiwUVjQQNIFF8zbSYZd5DY";

  private static final Closer CLOSER = new Closer();
  private static Browser browser;
  private static String campaign = "";

  @RegisterExtension static final TestWatcher LAST_SIGHT = new LastSight(() -> browser);

  @TempDir private static Path folder;

  @BeforeAll
  static void start() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("users"),
            String.join(
                "\n",
                "vera:viewer:" + HASH,
                "mia:manager,approve:" + HASH,
                "otto:operator,approve:" + HASH));
    TestEnvironment environment = TestEnvironment.create(1);
    Console console =
        CLOSER.register(
            new Console(
                ConsoleConfig.of(environment.kafka(), environment.database())
                    .withAccess(Optional.of(TOKEN), Optional.of("BR"), WebhookConfig.NONE)
                    .withUsers(Users.of(file).withApproval())
                    .withHost("localhost"),
                new Health(),
                new SimpleMeterRegistry(),
                settings -> {}));
    String url = "http://localhost:" + console.port();
    browser = CLOSER.register(new Browser(url));
    try (ConsoleClient service = new ConsoleClient(url, Optional.of(TOKEN))) {
      service.put("/api/senders/brazil", Map.of("address", "106540352242922"));
      campaign = PageCampaign.create(service, "Spring", "brazil", PageCampaign.text("Hi"));
    }
  }

  @AfterAll
  static void stop() {
    CLOSER.close();
  }

  @BeforeEach
  void nobodyIsSignedIn() {
    browser.open("");
    browser.driver().manage().deleteAllCookies();
  }

  @AfterEach
  void theBrowserComplainsOfNothingElseThanRefusals() {
    assertThat(browser.complaints()).allMatch(line -> line.contains("401"));
  }

  @Test
  void whoDoesNotKnowThePasswordIsToldSoAndWhoDoesIsShown() {
    browser.open("#/senders");
    browser.awaitText("#sign-in", "Password");
    browser.picture("sign-in-by-name");
    assertThat(browser.faults()).isEmpty();
    typeName("otto", "wrong horse battery");
    browser.awaitText("#sign-in .problem", "no user with this name and password");
    typeName("otto", PASSWORD);
    browser.awaitText("#who", "otto");
    browser.awaitText("main", "106540352242922");
    browser.find("#add-sender");
    browser.picture("signed-in");

    browser.click("#sign-out");

    browser.awaitText("#sign-in", "Password");
  }

  @Test
  void aViewerIsOfferedNothingThatTheRoleMayNotDo() {
    signIn("vera", "#/campaigns/" + campaign);
    browser.awaitText("main h1", "Spring");
    browser.awaitText("main", "right to approve");
    browser.picture("viewer");
    assertGone("#start", "#duplicate", "#edit", "#schedule", "#archive", "input[type=file]");
    assertThat(browser.driver().findElement(By.id("new")).isDisplayed()).isFalse();

    browser.open("#/senders");
    browser.awaitText("main", "106540352242922");
    assertGone("#add-sender", ".card button");

    browser.open("#/suppressions");
    browser.awaitText("main h1", "");
    assertGone("form.sheet");
    browser.awaitText("main", "No one");
    assertThat(browser.find("main").getText()).doesNotContain("Add a number");

    browser.open("#/new");
    browser.awaitText("main", "Your role does not allow this");
  }

  @Test
  void whoWroteACampaignIsToldThatSomebodyElseStartsIt() {
    signIn("mia", "#/campaigns/" + campaign);
    browser.find("#start");
    browser.click("#duplicate");
    browser.click("#dialog .primary");
    browser.awaitText("main h1", "(copy)");
    browser.awaitText("main", "someone else has to start it");
    browser.awaitText("main", "Written by");
    browser.picture("own-campaign");
    assertGone("#start", "#schedule");
  }

  @Test
  void whatOnePersonLeftUnfinishedIsNotFoundByTheNextOneInThatBrowser() {
    signIn("mia", "#/new");
    browser.find("select[name=sender] option");
    browser.type("input[name=name]", "Of Mia");
    browser.driver().manage().deleteAllCookies();
    signIn("otto", "#/new");
    browser.find("select[name=sender] option");
    assertThat(browser.find("input[name=name]").getAttribute("value")).isEmpty();
    browser.driver().manage().deleteAllCookies();
    signIn("mia", "#/new");
    browser.awaitText(".reason", "You left this campaign unfinished");
    assertThat(browser.find("input[name=name]").getAttribute("value")).isEqualTo("Of Mia");

    browser.click("#sign-out");
    browser.awaitText("#dialog", "Discard your unfinished campaign?");
    browser.picture("sign-out-unfinished");
    browser.click("#dialog .danger");
    browser.awaitText("#sign-in", "Password");
    assertThat(browser.script("return Object.keys(localStorage)"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .noneMatch(key -> String.valueOf(key).contains("mia"));
  }

  @Test
  void whoSignsOutIsAskedBeforeEditsThatAreNotSavedAreLost() {
    signIn("mia", "#/campaigns/" + campaign + "/edit");
    browser.find("select[name=sender] option");
    browser.type("textarea[name=text]", "Hi all");
    browser.click("#sign-out");
    browser.awaitText("#dialog", "Discard your unsaved changes?");
    browser.awaitText("#dialog", "Edits of a campaign in this tab that are not saved yet");
    browser.picture("sign-out-unsaved");
    assertThat(browser.faults()).isEmpty();
    browser.click("#dialog button[type=button]");
    assertThat(browser.find("textarea[name=text]").getAttribute("value")).isEqualTo("Hi all");

    browser.type("textarea[name=text]", "Hi");
    browser.click("#sign-out");
    browser.awaitText("#sign-in", "Password");
    assertThat(browser.script("return Object.keys(sessionStorage)"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .noneMatch(key -> String.valueOf(key).contains("mia"));
  }

  private static void signIn(String name, String at) {
    browser.open(at);
    browser.awaitText("#sign-in", "Password");
    typeName(name, PASSWORD);
    browser.awaitText("#who", name);
  }

  private static void typeName(String name, String password) {
    browser.type("#sign-in input[name=name]", name);
    browser.type("#sign-in input[name=password]", password);
    browser.click("#sign-in .primary");
  }

  private static void assertGone(String... selectors) {
    for (String selector : selectors) {
      assertThat(browser.driver().findElements(By.cssSelector(selector))).as(selector).isEmpty();
    }
  }
}
