package dev.sluice.browser;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.openqa.selenium.By;

/** Keeps what the browser showed when a test failed. */
record LastSight(Supplier<Browser> browser) implements TestWatcher {
  @Override
  public void testFailed(ExtensionContext test, @Nullable Throwable cause) {
    Browser shown = browser.get();
    shown.screenshot(
        "failed-"
            + test.getRequiredTestClass().getSimpleName()
            + "-"
            + test.getRequiredTestMethod().getName());
    System.out.println(shown.driver().findElement(By.tagName("body")).getText());
    System.out.println(shown.complaints());
  }
}
