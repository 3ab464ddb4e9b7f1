package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.schema.Json;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A file of recipients, from its check to the start of its campaign. */
class RecipientFilesTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String CHECK = "/api/recipients/check";
  private static final Charset WINDOWS = Charset.forName("windows-1252");
  private static Console console;

  @BeforeAll
  static void start() throws Exception {
    TestEnvironment environment = TestEnvironment.create(1);
    console =
        new Console(
            ConsoleConfig.of(environment.kafka(), environment.database())
                .withAccess(Optional.empty(), Optional.of("BR"), WebhookConfig.NONE),
            new Health(),
            new SimpleMeterRegistry(),
            settings -> {});
    send(
        "PUT",
        "/api/senders/brazil",
        "application/json",
        utf8("{\"address\":\"106540352242922\"}"));
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  @Test
  void whatAFileComesToIsToldBeforeAnythingIsMade() throws Exception {
    String file =
        """
        Nome;Celular;Cidade
        João;11 96000-0001;São Paulo
        Ana;12;Rio
        Bia;11 96000-0002;
        """;
    byte[] before = send("GET", "/api/campaigns", "", utf8("")).body();
    HttpResponse<byte[]> refused = send("POST", CHECK, "text/csv", file.getBytes(WINDOWS));
    JsonNode answer =
        json(send("POST", CHECK + "?charset=windows-1252", "text/csv", file.getBytes(WINDOWS)));

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).path("field").asString()).isEqualTo("charset");
    assertThat(answer.path("charset").asString()).isEqualTo("windows-1252");
    assertThat(answer.path("separator").asString()).isEqualTo(";");
    assertThat(answer.path("phoneColumn").asString()).isEqualTo("Celular");
    assertThat(answer.path("variables").values())
        .extracting(JsonNode::asString)
        .containsExactly("Nome", "Cidade");
    assertThat(answer.path("usable").asInt()).isEqualTo(2);
    assertThat(answer.path("empty")).isEqualTo(Json.MAPPER.readTree("{\"Cidade\":1}"));
    assertThat(answer.path("rejected").path(0).path("line").asInt()).isEqualTo(3);
    assertThat(answer.at("/first/phone").asString()).isEqualTo("+5511960000001");
    assertThat(answer.at("/first/variables/Nome").asString()).isEqualTo("João");
    assertThat(send("GET", "/api/campaigns", "", utf8("")).body()).isEqualTo(before);
  }

  @Test
  void whichColumnsThereAreIsToldWhenNoneOrSeveralMayHoldTheNumbers() throws Exception {
    JsonNode several =
        json(send("POST", CHECK, "text/csv", utf8("Nome;Celular;WhatsApp\nAna;1;2\n")));

    assertThat(several.path("field").asString()).isEqualTo("phoneColumn");
    assertThat(several.path("columns").values())
        .extracting(JsonNode::asString)
        .containsExactly("Nome", "Celular", "WhatsApp");
  }

  @Test
  void rejectedLinesAreGivenBackWholeWithTheReasonAndCanBeReadAgain() throws Exception {
    String file =
        "Nome;Celular;Nota\r\nJoão;11 96000-0001;gut\r\n\"A; \"\"b\"\"\";12;=1+1\r\nkurz;1\r\n";
    HttpResponse<byte[]> answer = send("POST", CHECK, "text/csv", utf8(file), "Accept", "text/csv");
    String lines = new String(answer.body(), StandardCharsets.UTF_8);

    assertThat(lines)
        .isEqualTo(
            "\uFEFFNome;Celular;Nota;reason (Sluice)\r\n"
                + "\"A; \"\"b\"\"\";12;'=1+1;the phone number is too short\r\n"
                + "kurz;1;;not a phone number\r\n");

    String mended = lines.replace(";12;", ";11 96000-0002;");
    JsonNode again = json(send("POST", CHECK, "text/csv", utf8(mended)));
    assertThat(again.at("/first/variables/Nota").asString()).isEqualTo("=1+1");
    assertThat(again.at("/first/variables/Nome").asString()).isEqualTo("A; \"b\"");
  }

  @Test
  void reasonsTakeThePlaceOfThoseOfTheRoundBefore() throws Exception {
    String file =
        """
        phone,reason
        12,birthday
        13,birthday,more
        14
        +5511960000001,birthday
        "open
        """;
    String first = rejected(file);
    String mended = first.replace("12,birthday", "+5511960000002,birthday");
    String second = rejected(mended);

    assertThat(first)
        .isEqualTo(
            """
            \uFEFFphone,reason,reason (Sluice)
            12,birthday,the phone number is too short
            13,birthday,more,3 columns where the first line has 2
            14,,the phone number is too short
            ,,"The rest was not read: In the row that begins in line 6, a quotation mark opens a \
            text that is not closed."
            """
                .replace("\n", "\r\n"));
    assertThat(second)
        .isEqualTo(
            """
            \uFEFFphone,reason,reason (Sluice)
            13,birthday,more,3 columns where the first line has 2
            14,,the phone number is too short
            """
                .replace("\n", "\r\n"));
    assertThat(rejected(second)).isEqualTo(second);
    JsonNode again = json(send("POST", CHECK, "text/csv", utf8(mended)));
    assertThat(again.at("/first/variables").toString()).isEqualTo("{\"reason\":\"birthday\"}");
  }

  /** Excel writes both. */
  @Test
  void cellsThatAreLeftOutAtTheEndAreEmptyAndBlankOnesBeyondTheHeaderDoNotCount() throws Exception {
    String file =
        "phone,name,city\n+5511960000001,Ana\n+5511960000002,Bia,Rio,, \n+5511960000003,A,B,C\n";
    JsonNode answer = json(send("POST", CHECK, "text/csv", utf8(file)));
    String mended = rejected(file).replace("A,B,C", "A,B");

    assertThat(answer.path("usable").asInt()).isEqualTo(2);
    assertThat(answer.path("empty")).isEqualTo(Json.MAPPER.readTree("{\"city\":1}"));
    assertThat(answer.at("/rejected/0/reason").asString())
        .isEqualTo("4 columns where the first line has 3");
    assertThat(json(send("POST", CHECK, "text/csv", utf8(mended))).path("usable").asInt())
        .isEqualTo(1);
  }

  @Test
  void rejectedLinesSayWhyInALanguageOfThePage() throws Exception {
    String file = "phone,name\n12,Ana\n13,Bia,more\n\"open\n";

    assertThat(rejected("?language=de", file))
        .contains("12,Ana,die Telefonnummer ist zu kurz")
        .contains("13,Bia,more,\"3 Spalten, wo die erste Zeile 2 hat\"")
        .contains("Der Rest wurde nicht gelesen: In the row that begins in line 4");
    assertThat(rejected("?language=pt-BR", file)).contains("12,Ana,o número de telefone é curto");
    assertThat(rejected("?language=en", file)).isEqualTo(rejected(file));
    assertThat(rejected("?language=fr", file)).contains("is one of de, en, pt-BR.");
  }

  private static String rejected(String file) throws Exception {
    return rejected("", file);
  }

  private static String rejected(String query, String file) throws Exception {
    return new String(
        send("POST", CHECK + query, "text/csv", utf8(file), "Accept", "text/csv").body(),
        StandardCharsets.UTF_8);
  }

  @Test
  void aFileThatIsUnreadableFurtherDownSaysSoAmongItsRejectedLines() throws Exception {
    String file = "phone\n12\n" + "+5511960000001\n".repeat(20_000) + "\"open\n";
    HttpResponse<byte[]> answer = send("POST", CHECK, "text/csv", utf8(file), "Accept", "text/csv");

    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
        .contains("12,the phone number is too short")
        .contains("The rest was not read: In the row that begins in line 20003");
  }

  @Test
  void aCampaignOfWhoseRecipientsSomeLackAVariableStartsOnlyIfThatIsMeant() throws Exception {
    String campaign = create("Hi {{First Name}} of {{city}}", "");
    String people =
        "[{\"phone\":\"+5511960000001\",\"variables\":{\"First  Name\":\"Ana\",\"city\":\"Rio\"}},"
            + "{\"phone\":\"+5511960000002\",\"variables\":{\"First Name\":\"Bia\"}},"
            + "{\"phone\":\"+5511960000003\"}]";
    JsonNode report =
        json(send("POST", campaign + "/recipients", "application/json", utf8(people)));
    HttpResponse<byte[]> refused = send("POST", campaign + "/start", "", utf8(""));

    assertThat(report.at("/missing/recipients").asInt()).isEqualTo(2);
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(json(refused).path("detail").asString())
        .contains("2 recipient(s)")
        .contains("\"First Name\" (1)")
        .contains("\"city\" (2)");
    assertThat(json(refused).at("/missing/variables/city").asInt()).isEqualTo(2);
    assertThat(send("POST", campaign + "/start?acceptMissing=true", "", utf8("")).statusCode())
        .isEqualTo(202);
  }

  @Test
  void aCampaignWhoseRecipientsHaveEverythingStarts() throws Exception {
    String campaign = create("Hi {{ First Name }}", "");
    send(
        "POST",
        campaign + "/recipients",
        "text/csv",
        utf8("phone,\" First\u00a0Name \",other\n+5511960000001,Ana,x\n"));

    assertThat(send("POST", campaign + "/start", "", utf8("")).statusCode()).isEqualTo(202);
  }

  @Test
  void whatStartsByItselfTakesNobodyWhoLacksAVariableUnlessThatIsMeant() throws Exception {
    String campaign = create("Hi {{name}}", "\"scheduledAt\":\"2099-01-01T00:00:00Z\",");
    byte[] file = utf8("phone\n+5511960000001\n");
    HttpResponse<byte[]> refused = send("POST", campaign + "/recipients", "text/csv", file);

    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(json(refused).at("/missing/variables/name").asInt()).isEqualTo(1);
    assertThat(json(send("GET", campaign, "", utf8(""))).path("total").asInt()).isZero();
    assertThat(
            json(send("POST", campaign + "/recipients?acceptMissing=true", "text/csv", file))
                .path("accepted")
                .asInt())
        .isEqualTo(1);
  }

  @Test
  void whatIsTooLongIsToldOfRecipientsWhereTheFileIsChosenAndKeepsNobodyFromOptingOut()
      throws Exception {
    byte[] file = utf8("phone,note\n+5511960000077," + "x".repeat(1_025) + "\n");
    JsonNode checked = json(send("POST", CHECK, "text/csv", file));
    JsonNode suppression = json(send("POST", CHECK + "?for=suppressions", "text/csv", file));
    JsonNode suppressed = json(send("POST", "/api/suppressions", "text/csv", file));
    HttpResponse<byte[]> neither = send("POST", CHECK + "?for=fun", "text/csv", file);

    assertThat(checked.at("/rejected/0/reason").asString())
        .isEqualTo("the column \"note\" has more than 1024 characters");
    assertThat(suppression.path("usable").asInt()).isEqualTo(1);
    assertThat(suppressed.path("accepted").asInt()).isEqualTo(1);
    assertThat(neither.statusCode()).isEqualTo(400);
    assertThat(json(neither).path("field").asString()).isEqualTo("for");
  }

  /** The file would do nothing for them otherwise, and they would be written to. */
  @ParameterizedTest
  @CsvSource({
    "text/csv, 'phone,comment\n+5511960000078,by phone, on Monday\n'",
    "text/csv, 'phone,comment\n+5511960000078,a\u0000b\n'",
    "application/json, '[{\"phone\":\"+5511960000078\",\"variables\":{\"a\":null}}]'"
  })
  void whateverStandsBesideANumberKeepsNobodyFromOptingOut(String type, String file)
      throws Exception {
    HttpResponse<byte[]> suppressed = send("POST", "/api/suppressions", type, utf8(file));

    assertThat(suppressed.statusCode()).isEqualTo(200);
    assertThat(json(suppressed).path("rejected").isEmpty()).isTrue();
    assertThat(json(send("POST", CHECK, type, utf8(file))).path("usable").asInt()).isZero();
  }

  @Test
  void aNumberFromAnotherColumnIsNotSuppressed() throws Exception {
    byte[] file =
        utf8("name,other,phone\nSilva, Ana,+5511960000085,+5511960000086\nBia,,+5511960000087\n");
    JsonNode report = json(send("POST", "/api/suppressions", "text/csv", file));

    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.path("rejected").size()).isEqualTo(1);
  }

  @Test
  void rejectedRecipientsInJsonAreGivenBackAsTheyWere() throws Exception {
    String odd = "{\"phone\":\"12\",\"id\":[1.10,{\"a\":null}],\"variables\":{\"n\":\"A\"}}";
    HttpResponse<byte[]> answer =
        send(
            "POST",
            CHECK,
            "application/json",
            utf8("[{\"phone\":\"+5511960000001\"}," + odd + "]"),
            "Accept",
            "text/csv");

    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(
            "\uFEFFrecipient,reason (Sluice)\r\n\""
                + odd.replace("\"", "\"\"")
                + "\",the phone number is too short\r\n");
  }

  @Test
  void whatBeginsLikeAFormulaIsExportedAsText() throws Exception {
    send(
        "POST", "/api/suppressions?reason=%3D1%2B1", "text/csv", utf8("Telefon\n+5511960000009\n"));
    HttpResponse<byte[]> file =
        send("GET", "/api/suppressions", "", utf8(""), "Accept", "text/csv");

    assertThat(new String(file.body(), StandardCharsets.UTF_8)).contains("+5511960000009,'=1+1,");
  }

  @Test
  void theRegionsAreThoseThatAnImportMayHave() throws Exception {
    JsonNode answer = json(send("GET", "/api/regions", "", utf8("")));

    assertThat(answer.path("default").asString()).isEqualTo("BR");
    assertThat(answer.path("regions").values())
        .extracting(JsonNode::asString)
        .contains("BR", "DE", "US")
        .isSorted();
  }

  /**
   * A line break outside quotation marks cuts the first row in two; a spreadsheet cuts the last.
   */
  @Test
  void anImportCountsTheRowsThatHaveNothingInAVariableOfTheMessage() throws Exception {
    String id = create("Hi {{name}} of {{city}}", "");
    JsonNode report =
        json(
            send(
                "POST",
                id + "/recipients",
                "text/csv",
                utf8(
                    """
                    phone,name,city,note
                    +5511960000001,Ana
                    Maria,Recife,
                    +5511960000002,,Rio,
                    +5511960000003,Bia
                    """)));

    assertThat(report.path("accepted").asInt()).isEqualTo(3);
    assertThat(report.path("rejectedCount").asInt()).isEqualTo(1);
    assertThat(report.path("empty")).isEqualTo(Json.MAPPER.readTree("{\"city\":2,\"name\":1}"));
  }

  @Test
  void columnsOfOtherNamesGiveTheVariablesAndTheKeyThatTheyAreMappedTo() throws Exception {
    String id = create("Hi {{name}} of {{city}}", "");
    byte[] file =
        utf8("Telefon;Vorname;Ort;KdNr\n+5511960000001;Ana;Rio;7\n+5511960000002;Bia;;8\n");
    String map = "?map=name:Vorname&map=city:Ort&map=external_id:KdNr";
    JsonNode seen = json(send("POST", CHECK + map, "text/csv", file));
    JsonNode report = json(send("POST", id + "/recipients" + map, "text/csv", file));
    JsonNode second = json(send("GET", id + "/recipients", "", utf8(""))).at("/recipients/1");
    HttpResponse<byte[]> unknown = send("POST", id + "/recipients?map=name:Nome", "text/csv", file);
    HttpResponse<byte[]> json =
        send("POST", id + "/recipients?map=name:Nome", "application/json", utf8("[]"));

    assertThat(seen.path("variables")).isEqualTo(Json.MAPPER.readTree("[\"name\",\"city\"]"));
    assertThat(seen.path("empty")).isEqualTo(Json.MAPPER.readTree("{\"city\":1}"));
    assertThat(seen.at("/first/variables/name").asString()).isEqualTo("Ana");
    assertThat(seen.path("externalIdColumn").asString()).isEqualTo("KdNr");
    assertThat(seen.path("timeZoneColumn").isNull()).isTrue();
    assertThat(report.path("accepted").asInt()).isEqualTo(2);
    assertThat(report.path("missing").isMissingNode()).isTrue();
    assertThat(second.path("externalId").asString()).isEqualTo("8");
    assertThat(second.path("variables"))
        .isEqualTo(Json.MAPPER.readTree("{\"city\":\"\",\"name\":\"Bia\"}"));
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(json(unknown).path("field").asString()).isEqualTo("map");
    assertThat(json.statusCode()).isEqualTo(400);
  }

  private static String create(String text, String more) throws Exception {
    HttpResponse<byte[]> answer =
        send(
            "POST",
            "/api/campaigns",
            "application/json",
            utf8(
                "{\"name\":\"Spring\",\"sender\":\"brazil\","
                    + more
                    + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\""
                    + text
                    + "\"}}}"));
    assertThat(answer.statusCode()).isEqualTo(201);
    return "/api/campaigns/" + json(answer).path("id").asString();
  }

  private static HttpResponse<byte[]> send(
      String method, String path, String type, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + console.port() + path))
            .method(method, BodyPublishers.ofByteArray(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static JsonNode json(HttpResponse<byte[]> answer) {
    return Json.MAPPER.readTree(answer.body());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
