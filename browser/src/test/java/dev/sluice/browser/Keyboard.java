package dev.sluice.browser;

import static org.assertj.core.api.Assertions.assertThat;

import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.ExpectedConditions;

/** A person without a mouse: what Tab does not reach cannot be used. */
final class Keyboard {
  private static final int LONGEST_WAY = 150;

  private final Browser browser;

  Keyboard(Browser browser) {
    this.browser = browser;
  }

  /** Moves the focus to an element, as soon as it is there and enabled. */
  void reach(String css) {
    By enabled = By.cssSelector(css + ":not(:disabled)");
    browser.until().until(ExpectedConditions.presenceOfElementLocated(enabled));
    for (int way = 0; !isAt(css); way++) {
      assertThat(way).as("steps of Tab to " + css).isLessThan(LONGEST_WAY);
      type(Keys.TAB);
    }
  }

  /** Presses a button or follows a link. */
  void press(String css) {
    reach(css);
    type(Keys.ENTER);
  }

  /** Ticks a box, or takes its tick away. */
  void tick(String css) {
    reach(css);
    type(Keys.SPACE);
  }

  /** Writes into a field instead of what it holds. */
  void write(String css, String text) {
    reach(css);
    new Actions(browser.driver())
        .keyDown(Keys.CONTROL)
        .sendKeys("a")
        .keyUp(Keys.CONTROL)
        .sendKeys(text)
        .perform();
  }

  /** Chooses the option of a list that begins with this letter. */
  void choose(String css, String letter) {
    reach(css);
    type(letter);
    browser
        .until()
        .until(driver -> browser.find(css + " option:checked").getText().startsWith(letter));
  }

  /** Chooses one of a group of radio buttons, of which Tab reaches only one. */
  void mark(String name, String value) {
    reach("input[name=" + name + "]");
    for (int way = 0; !isAt("input[value=" + value + "]"); way++) {
      assertThat(way).as("steps to " + value).isLessThan(LONGEST_WAY);
      type(Keys.ARROW_RIGHT);
    }
  }

  private boolean isAt(String css) {
    return (Boolean) browser.script("return document.activeElement.matches(arguments[0])", css);
  }

  private void type(CharSequence keys) {
    new Actions(browser.driver()).sendKeys(keys).perform();
  }
}
