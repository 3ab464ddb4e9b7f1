package dev.sluice.browser;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Starts headless Chromiums, and keeps those that a test class has given back for the next one: to
 * start one takes two seconds of a processor.
 */
final class Chromiums {
  private static final Queue<ChromeDriver> IDLE = new ConcurrentLinkedQueue<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> IDLE.forEach(ChromeDriver::quit)));
  }

  private Chromiums() {}

  /** Returns one without cookies and with a new tab. */
  static ChromeDriver take() {
    ChromeDriver idle = IDLE.poll();
    return idle == null ? start() : idle;
  }

  private static ChromeDriver start() {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(binary().orElseThrow().toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        // One process renders all pages: each further one takes a third of a second to start.
        "--renderer-process-limit=1",
        "--disable-site-isolation-trials",
        "--disable-features=SpareRendererForSitePerProcess",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, java.util.logging.Level.WARNING);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriver driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(chromeDriver().orElseThrow().toFile())
                .build(),
            options);
    driver.manage().timeouts().pageLoadTimeout(Duration.ofSeconds(30));
    return driver;
  }

  /** Forgets what was set for its tabs, which goes with them, and what servers stored in it. */
  static void giveBack(ChromeDriver driver) {
    try {
      driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
      var before = driver.getWindowHandles();
      String fresh = driver.switchTo().newWindow(WindowType.TAB).getWindowHandle();
      for (String tab : before) {
        driver.switchTo().window(tab).close();
      }
      driver.switchTo().window(fresh);
      driver.manage().logs().get(LogType.BROWSER);
      IDLE.add(driver);
    } catch (WebDriverException e) {
      driver.quit();
    }
  }

  static boolean installed() {
    return binary().isPresent() && chromeDriver().isPresent();
  }

  private static Optional<Path> binary() {
    return first("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
  }

  private static Optional<Path> chromeDriver() {
    return first("/usr/bin/chromedriver", "/usr/local/bin/chromedriver");
  }

  private static Optional<Path> first(String... candidates) {
    return Stream.of(candidates).map(Path::of).filter(Files::isExecutable).findFirst();
  }
}
