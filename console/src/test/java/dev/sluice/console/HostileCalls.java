package dev.sluice.console;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Malicious requests, and the response that each must get. */
final class HostileCalls {
  private static final String CSV = "text/csv";
  private static final String JSON = "application/json";

  private final List<Call> calls = new ArrayList<>();
  private final String draft;

  /**
   * A request.
   *
   * @param request all of it, one byte per character
   * @param status the status of the response
   * @param words what the response says
   */
  record Call(String name, String request, int status, String words) {
    @Override
    public String toString() {
      return name;
    }
  }

  private HostileCalls(String draft) {
    this.draft = "/api/campaigns/" + draft;
  }

  /** Returns all of them, for this campaign, which is a draft. */
  static List<Call> against(String draft) {
    HostileCalls table = new HostileCalls(draft);
    table.campaigns();
    table.bodies();
    table.senders();
    table.files();
    table.queries();
    table.commands();
    table.changes();
    table.tests();
    table.lifts();
    table.keys();
    table.protocol();
    return table.calls;
  }

  private void campaigns() {
    campaign("name", "null", "\"name\" is missing");
    campaign("name", "\" \"", "\"name\" is missing");
    campaign("name", "\"a\\u0000b\"", "\"name\" holds a NUL");
    campaign("name", "\"a\\ud800b\"", "\"name\" holds a NUL character or an unpaired");
    campaign("name", "{}", "\"name\" must be a text");
    campaign("name", "[\"a\",\"b\"]", "\"name\" must be a text");
    campaign("name", "17", "\"name\" must be a text");
    campaign("sender", "null", "\"sender\" is missing");
    campaign("sender", "\"nobody\"", "There is no sender");
    campaign("sender", "\"x\\u0000\"", "\"sender\" holds a NUL");
    campaign("sender", "\"x'; DROP TABLE sluice.campaign; --\"", "There is no sender");
    campaign("sender", "{\"id\":\"brazil\"}", "\"sender\" must be a text");
    campaign("message", "null", "\"message\" must be");
    campaign("message", "\"Hi\"", "\"message\" must be");
    campaign("message", "[]", "\"message\" must be");
    campaign("message", "{}", "\"message\" would be refused");
    campaign("message", "{\"type\":\"text\"}", "needs an object \"text\"");
    campaign("message", text("a\\u0000b"), "\"message\" holds a NUL");
    campaign("message", text("a\\udfffb"), "\"message\" holds a NUL character or an unpaired");
    campaign("message", more("\"\\u0000\":1"), "\"message\" holds a NUL");
    campaign("message", more("\"n\":1e999"), "out of range");
    campaign("message", more("\"n\":-1e999"), "out of range");
    campaign("message", more("\"n\":" + "[".repeat(200) + "]".repeat(200)), "nested deeper");
    campaign("message", more("\"n\":" + "[".repeat(5_000) + "]".repeat(5_000)), "not JSON");
    campaign("message", more("\"n\":" + "9".repeat(5_000)), "not JSON");
    for (String odd :
        List.of("{{", "{{}}", "{{ }}", "{{{a}}}", "{{a}", "{a}}", "{{a{b}}", "{{a}}}", "}} {{")) {
      campaign("message", text("Hi " + odd + ", …"), "is not a variable");
    }
    campaign("message", more("\"{{a}}\":1"), "cannot be a variable");
    for (String odd : List.of("0", "101", "-1", "-2147483648")) {
      campaign("priority", odd, "\"priority\" must be between 1 and 100");
    }
    for (String odd : List.of("1.5", "\"1\"", "true", "[1]", "{}", "99999999999", "1e300")) {
      campaign("priority", odd, "\"priority\" must be a whole number");
    }
    for (String odd : List.of("\"resend\"", "\"\"", "0", "[]")) {
      campaign("onDoubt", odd, "\"onDoubt\" must be one of HOLD, RESEND");
    }
    campaign("scheduledAt", "\"2020-01-01T00:00:00Z\"", "\"scheduledAt\" lies in the past");
    campaign("scheduledAt", "\"+1000000000-01-01T00:00:00Z\"", "\"scheduledAt\" must lie");
    campaign("scheduledAt", "\"-1000000000-01-01T00:00:00Z\"", "\"scheduledAt\" must lie");
    campaign("scheduledAt", "\"+300000-01-01T00:00:00Z\"", "\"scheduledAt\" must lie");
    for (String odd : List.of("\"soon\"", "\"2099-02-30T00:00:00Z\"", "{}", "[1]", "\"\"")) {
      campaign("scheduledAt", odd, "\"scheduledAt\" must be a time like");
    }
    campaign("scheduledAt", "1e300", "400");
    campaign("scheduleAt", "\"2099-01-01T00:00:00Z\"", "did you mean \"scheduledAt\"");
    campaign("WindowStart", "\"09:00\"", "did you mean \"windowStart\"");
    campaign("time_zone", "\"UTC\"", "did you mean \"timeZone\"");
    campaign("externalId", "1", "\"externalId\" must be a text");
    campaign("status", "1", "\"status\" is not known.");
    campaign("others", "{}", "\"others\" is not known.");
    campaign("others", "null", "\"others\" is not known.");
    campaign("x".repeat(999), "{}", "x\" is not known.");
    campaign("x".repeat(10_000), "{}", "exceeds the maximum allowed (1000)");
    campaign("scheduledAt", "1e999999999", "400");
    campaign("windowStart", "\"09:00\"", "belong together");
    campaign("windowStart", "\"09:00\",\"windowEnd\":\"09:00\"", "\"windowEnd\" must be another");
    campaign(
        "windowStart",
        "\"09:00:00.0000001\",\"windowEnd\":\"09:00:00.0000009\"",
        "\"windowEnd\" must be another");
    for (String odd : List.of("\"25:00\"", "900", "{}", "[99,99]", "\"9\"", "\"\"")) {
      campaign("windowStart", odd, "\"windowStart\" must be a time of day");
    }
    for (String odd : List.of("\"Mars/Olympus\"", "\"\\u0000\"", "\"+99:00\"", "\"\"")) {
      campaign("timeZone", odd, "\"timeZone\" must be a name");
    }
    campaign("timeZone", "5", "\"timeZone\" must be a text");
  }

  private void bodies() {
    for (String odd : List.of("", "{", "[1", "<a/>", "{\"name\":\"a\",\"name\":\"b\"}", "{} {}")) {
      post("/api/campaigns", JSON, odd, 400, "The body is not");
    }
    for (String odd : List.of("[]", "null", "\"x\"", "5", "true")) {
      post("/api/campaigns", JSON, odd, 400, "The body is not");
    }
    call("POST", "/api/campaigns", JSON, "{\"\u00c3(", 400, "not JSON");
    call("POST", "/api/campaigns", JSON, "\0\0\0\0", 400, "not JSON");
    post("/api/campaigns", JSON, "{\"name\":\"" + "x".repeat(1_200_000) + "\"}", 413, "");
  }

  private void senders() {
    for (String odd : List.of("1e-300", "0", "-5", "2e6", "1e400", "-1e400")) {
      sender("ratePerSecond", odd, "\"ratePerSecond\" must be from");
    }
    sender("ratePerSecond", "\"80\"", "\"ratePerSecond\" must be a number");
    sender("ratePerSecond", "NaN", "not JSON");
    for (String odd : List.of("0", "1001", "-1")) {
      sender("lanes", odd, "\"lanes\" must be between");
    }
    for (String odd : List.of("1.5", "\"4\"", "false", "4e9")) {
      sender("lanes", odd, "\"lanes\" must be a whole number");
    }
    sender("dailyLimit", "0", "\"dailyLimit\" must be at least 1");
    sender("dailyLimit", "2.5", "\"dailyLimit\" must be a whole number");
    sender("dailyLimit", "3000000000", "\"dailyLimit\" must be a whole number");
    sender("capMessages", "3", "\"capDays\" is missing");
    sender("capDays", "7", "\"capMessages\" is missing");
    sender("capMessages", "0,\"capDays\":7", "\"capMessages\" must be from 1 to 1,000");
    sender("capMessages", "3,\"capDays\":91", "\"capDays\" must be from 1 to 90");
    sender("capMessages", "2.5,\"capDays\":7", "\"capMessages\" must be a whole number");
    for (String odd : List.of("null", "\"\"", "\"a b\"", "\"a\\u0000\"", "\"../../x\"")) {
      sender("address", odd, "\"address\" must be");
    }
    sender("address", "106540352242922", "\"address\" must be a text");
    for (String odd : List.of("\"\"", "\"a\\u0000\"", "\"" + "p".repeat(200) + "\"")) {
      sender("provider", odd, "\"provider\" is made of");
    }
    sender("dailyLimt", "5", "is not known (did you mean \"dailyLimit\"?).");
    sender("others", "{}", "\"others\" is not known.");
    String fine = "{\"address\":\"1065403\"}";
    call("PUT", "/api/senders/a%20b", JSON, fine, 400, "id is made of");
    call("PUT", "/api/senders/" + "x".repeat(101), JSON, fine, 400, "id is made of");
    call("PUT", "/api/senders/a%00", JSON, fine, 400, "");
    call("GET", "/api/senders/a%00", "", "", 400, "");
    call("GET", "/api/senders/nobody", "", "", 404, "nobody");
    post("/api/senders/a%00/unblock", "", "", 400, "");
    post("/api/senders/nobody/unblock", "", "", 404, "nobody");
  }

  private void files() {
    for (String path : List.of(draft + "/recipients", "/api/suppressions")) {
      String good = "phone\n+5511960000001\n";
      call("POST", path, CSV, "phone,n\n+5511960000001,Jos\u00e9\n", 400, "Line 2 is not");
      call("POST", path, CSV, "\u00ff\u00fep\0h\0o", 400, "not UTF-16LE");
      call("POST", path, CSV, "PK\u0003\u0004\0\0", 400, "not a CSV file");
      call("POST", path, CSV, "p\0h\0o\0n\0e\0", 400, "UTF-16 without");
      post(path, CSV, "", 400, "empty");
      post(path, CSV, "\n\n\n", 400, "empty");
      post(path, "Text/CSV", "\n", 400, "empty");
      post(path, "APPLICATION/JSON;charset=utf-8", "[", 400, "not a JSON array");
      post(path, CSV, "phone,n\n+5511960000001,\"Ana\n", 400, "line 2, a quotation mark opens");
      post(path, CSV, "phone,n\n+5511960000001,\"A\" b\n", 400, "line 2, a text in quotation");
      post(path, CSV, "phone,n\n1,\"" + "x".repeat(2_000_000), 400, "a quotation mark opens");
      post(path, CSV, "name\nAna\n", 400, "It reads: name");
      post(path, CSV, "phone,a,a\n+5511960000001,b,c\n", 400, "the same name");
      post(path, CSV, "mobile,whatsapp\n+5511960000001,x\n", 400, "Which column");
      post(path + "?charset=klingon", CSV, good, 400, "\"charset\" must be");
      post(path + "?charset=a%00b", CSV, good, 400, "\"charset\" must be");
      post(path, "text/csv; charset=klingon", "phone\n1\n", 200, "rejectedCount\":1");
      post(path, "text/csv; charset='utf-8'", "phone\n1\n", 200, "rejectedCount\":1");
      post(path + "?region=Brazil", CSV, good, 400, "\"region\" must be");
      post(path + "?region=%00", CSV, good, 400, "\"region\" must be");
      post(path + "?phoneColumn=nobody", CSV, good, 400, "names no column");
      post(path + "?map=a:nobody", CSV, good, 400, "which is no column");
      post(path + "?map=%00", CSV, good, 400, "\"map\" must be");
      post(path + "?map=a:phone" + "&map=a:phone".repeat(50), CSV, good, 400, "at most 50");
      post(path, "application/xml", "<a/>", 400, "text/csv");
      post(path, "", good, 400, "text/csv");
      post(path, JSON, "[{\"phone\":\"+5511960000001\"},", 400, "not a JSON array");
      post(path, JSON, "[{\"phone\":" + "[".repeat(5_000), 400, "not a JSON array");
      post(path, CSV, "phone\n'; DROP TABLE sluice.suppression; --\n", 200, "not a phone number");
      post(path, CSV, "phone\n5,51E+12\n=cmd|' /C calc'!A0\n", 200, "rejectedCount\":2");
      post(path, JSON, "[1,null,\"x\",[]]", 200, "rejectedCount\":4");
      post(path, CSV, "phone\n+551196\0\n", 200, "rejectedCount\":1");
      post(path, JSON, "[{\"phone\":\"+5511\\u0000960000001\"}]", 200, "rejectedCount\":1");
      post(path, JSON, "[{\"phone\":\"\\ud800\"}]", 200, "rejectedCount\":1");
      post(path, JSON, "[{\"phone\":{\"a\":1}},{\"phone\":null}]", 200, "rejectedCount\":2");
    }
    // Of a number to suppress nothing but the number counts.
    String recipients = draft + "/recipients";
    post(recipients, CSV, "phone,n\n+5511960000001,a\0b\n", 200, "NUL");
    post(recipients, JSON, person("\"a\":{\"b\":1}"), 200, "\"a\" must be a text");
    post(recipients, JSON, person("\"a\":null"), 200, "\"a\" must be a text");
    post(recipients, JSON, person("\"a\":\"\\u0000\""), 200, "NUL");
    post(recipients, JSON, person("\"a\":\"\\ud800\""), 200, "unpaired");
    post("/api/campaigns/seventeen/recipients", CSV, "phone\n", 404, "seventeen");
    post(nobody() + "/recipients", CSV, "phone\n+5511960000001\n", 404, "There is no campaign");
    post("/api/recipients/check?region=XX", CSV, "phone\n", 400, "\"region\" must be");
    post("/api/recipients/check", CSV, "name\n", 400, "It reads: name");
  }

  private void queries() {
    get(draft + "/recipients?after=99999999999999999999", 400, "\"after\"");
    get(draft + "/recipients?after=x", 400, "\"after\"");
    get(draft + "/recipients?after=9223372036854775807", 400, "\"after\"");
    get(draft + "/recipients?status=LOST", 400, "\"status\"");
    get(draft + "/recipients?status=%00", 400, "\"status\"");
    get(draft + "/recipients?phone=%00%27", 200, "recipients");
    get("/api/suppressions?after=%00", 400, "\"after\"");
    get("/api/senders?after=%00", 400, "\"after\" holds a NUL");
    get("/api/campaigns/seventeen", 404, "seventeen");
    get(nobody() + "/errors", 404, "There is no campaign");
    get("/api/nothing", 404, "");
    get("/api/campaigns?search=%00", 400, "\"search\" holds a NUL");
    get("/api/campaigns?search=" + "x".repeat(201), 400, "\"search\" has 201");
    get("/api/campaigns?search=%25_%5C%27--", 200, "");
    get("/api/campaigns?status=LOST", 400, "\"status\" is one of");
    get("/api/campaigns?after=seventeen", 400, "\"after\" is the id");
    get("/api/campaigns?externalId=%00", 400, "\"externalId\" holds a NUL");
    get(draft + "/export?status=LOST", 400, "\"status\" is one of");
    get(draft + "/export?reason=%00", 400, "\"reason\" holds a NUL");
    get(draft + "/export?reason=" + "x".repeat(101), 400, "\"reason\" has 101");
    get(nobody() + "/export", 404, "There is no campaign");
    get("/api/opt-outs?after=%00", 400, "\"after\"");
    get("/api/senders/nobody/templates", 404, "nobody");
    get("/api/senders/a%00/templates", 400, "");
    get("/api/senders/brazil/templates", 409, "\"account\"");
    get("/api/tests/seventeen", 404, "seventeen");
    String numbers = "phone\n+5511960000001\n";
    post("/api/suppressions?reason=a%00b", CSV, numbers, 400, "\"reason\" holds a NUL");
    post("/api/suppressions?reason=" + "x".repeat(300), CSV, numbers, 400, "\"reason\" has 300");
  }

  private void commands() {
    post(nobody() + "/start", "", "", 404, "There is no campaign");
    post(draft + "/pause", "", "", 409, "DRAFT");
    post(draft + "/resume", "", "", 409, "DRAFT");
    post(draft + "/resend", "", "", 409, "DRAFT");
    post(draft + "/resend?status=SENT", "", "", 400, "twice");
    post(draft + "/resend?status=%00", "", "", 400, "\"status\"");
    post(draft + "/resend/review", JSON, "{\"recipients\":[\"x\"]}", 400, "\"recipients");
    post(draft + "/resend/review", JSON, "{\"phones\":[\"a\\u0000\"]}", 400, "\"phones\"");
    post(nobody() + "/resend/review", JSON, "{\"recipients\":[1]}", 404, "There is no campaign");
    post(draft + "/explode", "", "", 404, "");
    post("/api/campaigns/%27%20OR%201=1/start", "", "", 404, "There is no campaign");
    call("DELETE", draft, "", "", 404, "");
    call("TRACE", draft, "", "", 404, "");
  }

  private void changes() {
    for (String odd : List.of("", "{", "[]", "null", "5", "{\"name\":\"a\",\"name\":\"b\"}")) {
      patch(draft, odd, 400, "The body is not");
    }
    patch(draft, "{\"name\":null}", 400, "\"name\" is missing");
    patch(draft, "{\"name\":\"a\\u0000b\"}", 400, "\"name\" holds a NUL");
    patch(draft, "{\"name\":\"" + "x".repeat(201) + "\"}", 400, "\"name\" has at most 200");
    patch(draft, "{\"sender\":\"nobody\"}", 400, "There is no sender");
    patch(draft, "{\"message\":null}", 400, "\"message\" must be");
    patch(draft, "{\"message\":" + text("{{a}") + "}", 400, "is not a variable");
    patch(draft, "{\"message\":" + text("x".repeat(66_000)) + "}", 400, "\"message\" has at most");
    patch(draft, "{\"priority\":1.5}", 400, "\"priority\" must be a whole number");
    patch(draft, "{\"scheduledAt\":\"2020-01-01T00:00:00Z\"}", 400, "lies in the past");
    patch(draft, "{\"windowEnd\":\"09:00\"}", 400, "belong together");
    patch(draft, "{\"externalId\":\"\"}", 400, "\"externalId\" is not empty");
    patch(draft, "{\"status\":\"SENDING\"}", 400, "\"status\" is not known");
    patch(draft, "{\"name\":\"" + "x".repeat(1_200_000) + "\"}", 413, "");
    patch("/api/campaigns/seventeen", "{}", 404, "seventeen");
    patch(nobody(), "{}", 404, "There is no campaign");
    post(draft + "/duplicate?recipients=LOST", "", "", 400, "\"recipients\" is one of");
    post(draft + "/duplicate?recipients=not-%00", "", "", 400, "\"recipients\" is one of");
    post(nobody() + "/duplicate", "", "", 404, "There is no campaign");
    post("/api/campaigns/seventeen/duplicate", "", "", 404, "seventeen");
    post(nobody() + "/archive", "", "", 404, "There is no campaign");
    post("/api/campaigns/seventeen/archive", "", "", 404, "seventeen");
  }

  private void tests() {
    for (String odd :
        List.of(
            "null",
            "[]",
            "[null]",
            "[\"x\"]",
            "[\"+551\\u0000\"]",
            "[\"" + "5".repeat(400) + "\"]")) {
      post(draft + "/test", JSON, "{\"to\":" + odd + "}", 400, "\"to\" h");
    }
    String good = "\"+5511960000001\"";
    String many = String.join(",", Collections.nCopies(11, good));
    post(draft + "/test", JSON, "{\"to\":[" + many + "]}", 400, "\"to\" has 1 to 10 numbers");
    post(draft + "/test", JSON, "{\"to\":" + good + "}", 400, "\"to\" must be");
    post(draft + "/test", JSON, "{\"to\":[" + good + "],\"variables\":[]}", 400, "variables");
    post(
        draft + "/test", JSON, "{\"to\":[" + good + "],\"variables\":{\"a\":1}}", 400, "variables");
    post(draft + "/test", JSON, "", 400, "The body is not");
    post(nobody() + "/test", JSON, "{\"to\":[" + good + "]}", 404, "There is no campaign");
  }

  private void lifts() {
    String number = "/api/suppressions/+5511960000001";
    call("DELETE", "/api/suppressions/x", "", "", 400, "\"phone\" must be");
    call("DELETE", "/api/suppressions/%2B55%00", "", "", 400, "");
    call("DELETE", "/api/suppressions", "", "", 404, "");
    call("DELETE", number, "", "", 404, "is not suppressed");
    call("DELETE", number + "?reason=%00", "", "", 400, "\"reason\" holds a NUL");
    call("DELETE", number + "?reason=" + "x".repeat(201), "", "", 400, "\"reason\" has 201");
  }

  private void keys() {
    String body = "{\"name\":\"Spring\",\"sender\":\"brazil\",\"message\":" + text("Hi") + "}";
    for (String odd : List.of("", "a b", "\u00e9", "x".repeat(256))) {
      add(
          "Idempotency-Key: " + odd,
          head("POST", "/api/campaigns", JSON, body) + "Idempotency-Key: " + odd + "\r\n",
          body,
          400,
          "\"Idempotency-Key\" has");
    }
  }

  private void protocol() {
    raw("GET /api/campaigns/%zz HTTP/1.1\r\nHost: localhost\r\n", 400);
    raw("GET /api/..%2f..%2fetc/passwd HTTP/1.1\r\nHost: localhost\r\n", 404);
    raw("G@T /api/campaigns HTTP/1.1\r\nHost: localhost\r\n", 400);
    raw("GET /api/campaigns HTTP/1.1\r\n", 400);
    raw("POST /api/campaigns HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n", 400);
    raw("POST /api/campaigns HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n", 400);
    raw("GET /api/campaigns HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n", 431);
    raw("GET /api/campaigns HTTP/1.1\r\nHost: evil.example\r\n", 403);
    raw(
        "POST " + draft + "/start HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n",
        403);
  }

  private void campaign(String field, String value, String words) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("name", "\"Spring\"");
    fields.put("sender", "\"brazil\"");
    fields.put("message", text("Hi"));
    fields.put(field, value);
    post("/api/campaigns", JSON, object(fields), 400, words);
  }

  private void sender(String field, String value, String words) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("address", "\"1065403\"");
    fields.put(field, value);
    call("PUT", "/api/senders/hostile", JSON, object(fields), 400, words);
  }

  private static String object(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(one -> "\"" + one.getKey() + "\":" + one.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String text(String body) {
    return "{\"type\":\"text\",\"text\":{\"body\":\"" + body + "\"}}";
  }

  private static String more(String member) {
    return "{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}," + member + "}";
  }

  private static String person(String variable) {
    return "[{\"phone\":\"+5511960000001\",\"variables\":{" + variable + "}}]";
  }

  private static String nobody() {
    return "/api/campaigns/00000000-0000-4000-8000-000000000000";
  }

  private void get(String path, int status, String words) {
    call("GET", path, "", "", status, words);
  }

  private void post(String path, String type, String body, int status, String words) {
    call("POST", path, type, body, status, words);
  }

  private void patch(String path, String body, int status, String words) {
    call("PATCH", path, JSON, body, status, words);
  }

  private void call(
      String method, String path, String type, String body, int status, String words) {
    add(method + " " + path, head(method, path, type, body), body, status, words);
  }

  private static String head(String method, String path, String type, String body) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\n"
        + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n")
        + "Content-Length: "
        + body.length()
        + "\r\n";
  }

  private void raw(String head, int status) {
    add(head, head, "", status, "");
  }

  private void add(String what, String head, String body, int status, String words) {
    String start = body.substring(0, Math.min(body.length(), 80));
    String name = what.substring(0, Math.min(what.length(), 90)) + " " + start;
    calls.add(
        new Call(
            (calls.size() + 1) + " " + name.replaceAll("\\p{Cntrl}", "·"),
            head + "Connection: close\r\n\r\n" + body,
            status,
            words));
  }
}
