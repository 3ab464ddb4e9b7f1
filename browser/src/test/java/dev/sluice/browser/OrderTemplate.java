package dev.sluice.browser;

/** Begins a campaign with the simulator's template about an order, which has a picture above. */
final class OrderTemplate {
  private OrderTemplate() {}

  static void find(Browser browser, String campaign, String sender) {
    browser.open("#/new");
    browser.type("input[name=name]", campaign);
    browser.click("select[name=sender] option[value=%s]".formatted(sender));
    browser.click("input[value=template]");
    browser.type("input[name=template-search]", "order");
    browser.awaitText("main", "1 template");
  }

  static void pick(Browser browser) {
    browser.click(".pick");
    browser.click("select[name='source-header'] option[value=text]");
    browser.type("input[name='value-header']", "https://shop.example/box.png");
  }
}
