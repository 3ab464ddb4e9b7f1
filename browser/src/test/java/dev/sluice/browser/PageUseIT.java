package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WindowType;

/**
 * Tests the use of the page: by keyboard, in many tabs, on any screen, and when requests are
 * refused.
 */
@EnabledIf("dev.sluice.browser.Browser#isThere")
@ResourceLock(WholePage.LOCK)
class PageUseIT {
  @RegisterExtension static final WholePage PAGE = WholePage.shared();

  @TempDir private Path folder;
  private final Browser browser = PAGE.browser();

  @AfterEach
  void theBrowserHasNothingToComplainOf() {
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void whatTheConsoleRefusesIsSaidInItsOwnWordsAndNothingTypedIsLost() {
    browser.open("#/new");
    browser.type("input[name=name]", "Not JSON");
    browser.click("input[value=json]");
    browser.type("textarea[name=json]", "{\"type\":\"template\",\"template\":{\"components\":{}}}");
    browser.open("#/new");
    browser.awaitText(".preview", "components");
    browser.type("textarea[name=json]", "{\"type\":\"text\"}");
    browser.find("select[name=sender] option");
    browser.click("#next");
    browser.createDraft();
    browser.awaitText(".problem", "needs an object “text”");
    // The expected 400.
    assertThat(browser.complaints()).allMatch(line -> line.contains("400"));

    browser.open("#/new");
    browser.awaitText(".reason", "You left this campaign unfinished");
    assertThat(browser.find("input[name=name]").getAttribute("value")).isEqualTo("Not JSON");
    browser.click(".reason button");
    browser.find("textarea[name=text]");
    assertThat(browser.find("input[name=name]").getAttribute("value")).isEmpty();
  }

  @Test
  void theFirstTabSkipsToTheContent() {
    browser.open("#/");
    browser.find("h1");
    new Keyboard(browser).press(".skip");
    browser.until().until(driver -> driver.switchTo().activeElement().getTagName().equals("main"));
  }

  /** A browser opens six connections to a host; a hidden tab must hold none. */
  @Test
  void anyNumberOfTabsMayBeOpen() {
    WebDriver.TargetLocator windows = browser.driver().switchTo();
    String first = browser.driver().getWindowHandle();
    for (int tab = 1; tab <= 8; tab++) {
      windows.newWindow(WindowType.TAB);
      browser.open("#/");
      browser.find(".campaign, .empty");
    }
    for (String tab : browser.driver().getWindowHandles()) {
      if (!tab.equals(first)) {
        windows.window(tab);
        browser.driver().close();
      }
    }
    windows.window(first);
  }

  @Test
  void noPageHasASeriousAccessibilityFaultOnAnyScreen() throws IOException {
    PAGE.create("Looked at", WholePage.csv(folder, 20, "Ana"));
    String campaign = URI.create(browser.driver().getCurrentUrl()).getFragment();
    Map<String, String> pages =
        Map.of(
            "campaigns", "#/",
            "campaign", "#" + campaign,
            "new", "#/new",
            "senders", "#/senders",
            "suppressions", "#/suppressions");
    pages.forEach((name, hash) -> {
      for (Dimension size : List.of(Browser.DESKTOP, Browser.PHONE)) {
        boolean phone = size.equals(Browser.PHONE);
        browser.resize(size);
        browser.dark(phone);
        browser.open(hash);
        browser.find("h1");
        browser.until().until(d -> d.findElements(By.className("skeleton")).isEmpty());
        String picture = name + (phone ? "-phone-dark" : "");
        browser.picture("page-" + picture);
        assertThat(browser.faults()).as(picture).isEmpty();
        assertThat(overflows()).as(picture + " is wider than the screen").isFalse();
      }
    });
    browser.dark(false);
    browser.resize(Browser.DESKTOP);
  }

  @Test
  void whoOptedOutWithoutANumberIsShown() {
    browser.open("#/suppressions");

    browser.awaitText("[aria-label='Opted out without a number']", "BR.1502576394655843");
    browser.awaitText("[aria-label='Opted out without a number']", "not known yet");
  }

  private boolean overflows() {
    return (Boolean)
        browser.script(
            "return document.documentElement.scrollWidth"
                + " > document.documentElement.clientWidth");
  }
}
