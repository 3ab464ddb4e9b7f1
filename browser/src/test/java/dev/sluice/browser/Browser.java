package dev.sluice.browser;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.ScriptTimeoutException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.Sleeper;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium that shows the console's page. */
final class Browser implements AutoCloseable {
  static final Dimension DESKTOP = new Dimension(1280, 900);
  static final Dimension PHONE = new Dimension(390, 844);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Most waits are for what a click shows at once; by default each would take half a second. */
  private static final Duration RECHECK = Duration.ofMillis(50);

  /** Others last seconds, in which each look would take time from what they wait for. */
  private static final Duration LATER_RECHECK = Duration.ofMillis(200);

  private static final int FIRST_LOOKS = 20;

  /** Another page may be opened during a wait, which then begins anew. */
  private static final Duration LOOKING = Duration.ofSeconds(5);

  /** An option is as visible as its choice. */
  private static final String VISIBLE =
      "(one.closest('select') ?? one).getClientRects().length"
          + " && getComputedStyle(one).visibility === 'visible'";

  /** Each takes a second of a processor, and nobody looks at those of most runs. */
  private static final boolean PICTURES = "true".equals(System.getenv("SLUICE_TEST_PICTURES"));

  private static final Path SHOTS = Path.of("target", "screenshots");

  private final ChromeDriver driver;
  private final String url;
  private String query = "";
  private @Nullable String modules;

  Browser(String url) {
    this.url = url;
    driver = Chromiums.take();
    driver.manage().window().setSize(DESKTOP);
  }

  /** Returns whether Chromium is installed. CI sets SLUICE_BROWSER_TESTS=required. */
  static boolean isThere() {
    boolean there = Chromiums.installed();
    if (!there && "required".equals(System.getenv("SLUICE_BROWSER_TESTS"))) {
      throw new IllegalStateException("the page's tests need chromium and chromium-driver");
    }
    if (!there) {
      System.out.println("left out: the page's tests, as chromium and chromedriver are missing");
    }
    return there;
  }

  ChromeDriver driver() {
    return driver;
  }

  /** Runs a script on the page and returns what it returns. */
  Object script(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Runs a script on the page and returns what it hands to its last argument, a function. */
  Object asyncScript(String script, Object... arguments) {
    return driver.executeAsyncScript(script, arguments);
  }

  /** Returns a script's beginning, with a function that brings the page's own modules. */
  String withModules() {
    if (modules == null) {
      try (InputStream page = URI.create(url).toURL().openStream()) {
        String text = new String(page.readAllBytes(), StandardCharsets.UTF_8);
        modules = text.replaceFirst("(?s).*\"(/page/[^/]+/)app\\.js\".*", "$1");
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the page", e);
      }
    }
    return "const module = (name) => import('" + modules + "' + name);\n";
  }

  /** Returns the texts of all these elements, as they are at one moment. */
  List<String> texts(String css) {
    return ((List<?>)
            driver.executeScript(
                "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)",
                css))
        .stream().map(String::valueOf).toList();
  }

  void open(String hash) {
    // Changing only the fragment would not reload the page.
    query = query.isEmpty() ? "?" : "";
    driver.get(url + "/" + query + hash);
  }

  /** Has the page, once it is opened, speak this language. */
  void speak(String language) {
    driver.executeCdpCommand(
        "Emulation.setUserAgentOverride",
        Map.of(
            "userAgent",
            String.valueOf(driver.executeScript("return navigator.userAgent")),
            "acceptLanguage",
            language));
  }

  void resize(Dimension size) {
    driver.manage().window().setSize(size);
  }

  void dark(boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Keeps what is downloaded from now on in this folder. */
  void downloadTo(Path folder) {
    driver.executeCdpCommand(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", folder.toAbsolutePath().toString()));
  }

  WebElement find(String css) {
    return await(VISIBLE, css, "");
  }

  void click(String css) {
    // It may be partly under the bar; a person would scroll.
    await(VISIBLE + " && !one.disabled && (one.scrollIntoView({ block: 'center' }), true)", css, "")
        .click();
  }

  /** Goes on to the review of a draft from the step before the times. */
  void toReview() {
    click("#next");
    find("input[name=scheduledAt]");
    click("#next");
  }

  /** Completes a draft from the step before the times. */
  void createDraft() {
    toReview();
    click("#create");
  }

  /** Starts the campaign that is shown and confirms. */
  void start() {
    click("#start");
    click("#dialog .primary");
  }

  void type(String css, String text) {
    WebElement field = find(css);
    field.clear();
    field.sendKeys(text);
  }

  /** Sets a field, like one for a date or time, that keys cannot fill alike in every language. */
  void set(String css, String value) {
    driver.executeScript(
        """
        const [field, value] = arguments;
        field.value = value;
        field.dispatchEvent(new Event('input'));
        """,
        find(css),
        value);
  }

  void choose(String css, Path file) {
    // Present, as the input of a file may be invisible behind its label.
    until()
        .until(ExpectedConditions.presenceOfElementLocated(By.cssSelector(css)))
        .sendKeys(file.toAbsolutePath().toString());
  }

  /**
   * Holds requests whose path contains this until {@link #release()}, on the page as it is now.
   * Each is a function in {@code window.held}, which a fetch takes another answer of.
   */
  void hold(String path) {
    driver.executeScript(
        """
        const [part] = arguments;
        const { fetch: real } = window;
        const { open, send, abort } = XMLHttpRequest.prototype;
        const installed = window.held;
        window.holding = part;
        window.held = [];
        window.aborted = 0;
        if (installed) {
          return;
        }
        const hold = (path, go) => (path.includes(window.holding) ? window.held.push(go) : go());
        window.fetch = (path, asked) =>
          new Promise((answer) => hold(path, (other) => answer(other ?? real.call(window, path, asked))));
        Object.assign(XMLHttpRequest.prototype, {
          open(method, path) {
            this.path = path;
            open.call(this, method, path);
          },
          send(body) {
            hold(this.path, () => this.stopped || send.call(this, body));
          },
          abort() {
            window.aborted++;
            this.stopped = true;
            abort.call(this);
          },
        });
        """,
        path);
  }

  void release() {
    driver.executeScript("window.holding = NaN; window.held.splice(0).forEach((go) => go())");
  }

  /** Waits until exactly as many requests are held. */
  void awaitHeld(int requests) {
    until().until(d -> driver.executeScript("return window.held.length").equals((long) requests));
  }

  /** Returns how many uploads were aborted since {@link #hold}. */
  Object aborted() {
    return driver.executeScript("return window.aborted");
  }

  /** Waits until the element's text contains this. */
  void awaitText(String css, String text) {
    await(VISIBLE + " && one.innerText.replaceAll('\\u00a0', ' ').includes(text)", css, text);
  }

  /**
   * Waits in the page, where a look takes a hundredth of one from here, until the first element is
   * like this.
   */
  private WebElement await(String like, String css, String text) {
    String script =
        """
        const [css, text, millis, done] = arguments;
        const end = Date.now() + millis;
        (function look() {
          const one = document.querySelector(css);
          if (one && %s) {
            done(one);
          } else if (Date.now() > end) {
            done(null);
          } else {
            setTimeout(look, 20);
          }
        })();
        """
            .formatted(like);
    return new WebDriverWait(driver, PATIENCE)
        .ignoring(JavascriptException.class, StaleElementReferenceException.class)
        // Said of a script whose page was left meanwhile.
        .ignoring(ScriptTimeoutException.class)
        .withMessage(() -> "no %s where %s with \"%s\"".formatted(css, like, text))
        .until(_ -> (WebElement) driver.executeAsyncScript(script, css, text, LOOKING.toMillis()));
  }

  WebDriverWait until() {
    return new WebDriverWait(driver, PATIENCE, RECHECK, Clock.systemUTC(), rarerAfterTheFirst());
  }

  private static Sleeper rarerAfterTheFirst() {
    AtomicInteger looks = new AtomicInteger();
    return pause ->
        Sleeper.SYSTEM_SLEEPER.sleep(looks.incrementAndGet() > FIRST_LOOKS ? LATER_RECHECK : pause);
  }

  /** Takes a screenshot of the whole page for people to review, if anybody wants to. */
  void picture(String name) {
    if (PICTURES) {
      screenshot(name);
    }
  }

  /** Takes a screenshot of the whole page. */
  void screenshot(String name) {
    long height = (Long) driver.executeScript("return document.documentElement.scrollHeight");
    screenshot(name, (int) Math.min(4_000, height + 150));
  }

  /** Takes one on a desk and one on a phone, likewise. */
  void pictures(String name) {
    if (PICTURES) {
      screenshot(name);
      resize(PHONE);
      screenshot(name + "-phone");
      resize(DESKTOP);
    }
  }

  /** Takes a screenshot of the page in a window of this height. */
  void screenshot(String name, int height) {
    try {
      Files.createDirectories(SHOTS);
      Dimension before = driver.manage().window().getSize();
      resize(new Dimension(before.getWidth(), height));
      Files.write(SHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
      resize(before);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep a picture", e);
    }
  }

  /** Returns how many of the campaign's people have got as far as this. */
  int count(String status) {
    String text = find(".figure." + status + " dd").getText();
    return Integer.parseInt(text.split("\\s", 2)[0].replace(",", ""));
  }

  /** Returns the serious accessibility faults of the current page. */
  // The other mode opens a second tab and loads axe once more, for frames of other origins; the
  // page has no frames, which its policy would not allow either.
  @SuppressWarnings("deprecation")
  List<String> faults() {
    AxeBuilder axe = new AxeBuilder().setLegacyMode();
    // Else it describes each element that has no fault, too.
    axe.setOptions("{\"resultTypes\": [\"violations\"]}");
    return axe.analyze(driver).getViolations().stream()
        .filter(rule -> Set.of("serious", "critical").contains(rule.getImpact()))
        .map(Browser::words)
        .toList();
  }

  private static String words(Rule rule) {
    return rule.getId() + ": " + rule.getNodes().stream().map(node -> node.getHtml()).toList();
  }

  /** Returns the browser's log, such as policy violations and missing files. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  @Override
  public void close() {
    Chromiums.giveBack(driver);
  }
}
