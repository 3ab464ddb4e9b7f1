package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

class MessageTemplateTest {
  @Test
  void fillsPlaceholdersInEveryString() {
    assertThat(
            render(
                "{\"a\":\"Olá {{name}}\",\"b\":[{\"c\":\"{{ city }}, {{name}}\"}],\"n\":1,\"t\":true}",
                Map.of("name", "Ana", "city", "Recife")))
        .isEqualTo(
            complete("{\"a\":\"Olá Ana\",\"b\":[{\"c\":\"Recife, Ana\"}],\"n\":1,\"t\":true}", 18));
  }

  @Test
  void namesTheVariableThatIsMissing() {
    assertThat(render("{\"a\":\"{{name}} {{city}}\"}", Map.of("name", "Ana")))
        .isEqualTo(new MessageTemplate.MissingVariable("city"));
  }

  @Test
  void takesValuesAsTheyAre() {
    assertThat(render("{\"a\":\"{{x}}\"}", Map.of("x", "\"$1\\ {{y}} ä\n")))
        .isEqualTo(complete("{\"a\":\"\\\"$1\\\\ {{y}} ä\\n\"}", 13));
  }

  @Test
  void anEmptyValueIsAValue() {
    assertThat(render("{\"a\":\"<{{x}}>\"}", Map.of("x", "")))
        .isEqualTo(complete("{\"a\":\"<>\"}", 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{First Name}}",
        "{{ First Name }}",
        "{{\tFirst \u00a0 Name\n}}",
        "{{\uFEFFFirst\u2003Name}}"
      })
  void aNameIsAnyColumnsAndSpacesAroundItDoNotCount(String placeholder) {
    MessageTemplate template =
        new MessageTemplate(JsonNodeFactory.instance.stringNode(placeholder));

    assertThat(template.problem()).isEmpty();
    assertThat(template.variables()).containsExactly("First Name");
    assertThat(template.render(Map.of("First Name", "Ana")))
        .isEqualTo(new MessageTemplate.Complete(JsonNodeFactory.instance.stringNode("Ana"), 3));
  }

  @Test
  void composedAndDecomposedLettersAreTheSameName() {
    assertThat(render("{\"a\":\"{{Nu\u0301mero}}\"}", Map.of("N\u00famero", "7")))
        .isEqualTo(complete("{\"a\":\"7\"}", 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{{", "{{}}", "{{ }}", "{{{a}}}", "{{a}", "{a}}", "{{a{b}}", "{{a}}}", "}} {{"})
  void whatHasDoubleBracesAndIsNoVariableIsAProblem(String text) {
    assertThat(new MessageTemplate(JsonNodeFactory.instance.stringNode("Hi " + text)).problem())
        .get()
        .asString()
        .contains("is not a variable");
  }

  @Test
  void aFieldsNameIsNoVariable() {
    assertThat(new MessageTemplate(Json.MAPPER.readTree("{\"a\":{\"{{b}}\":1}}")).problem())
        .isPresent();
  }

  @Test
  void singleBracesAreText() {
    MessageTemplate template =
        new MessageTemplate(JsonNodeFactory.instance.stringNode("{a} {{b}} { } {{c}}{{d}}"));

    assertThat(template.problem()).isEmpty();
    assertThat(template.variables()).containsExactly("b", "c", "d");
  }

  @Test
  void noTextTakesLong() {
    String text = "{{a".repeat(20_000) + "{{ " + " ".repeat(60_000);

    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThat(new MessageTemplate(JsonNodeFactory.instance.stringNode(text)).problem())
                .isPresent());
  }

  @Test
  void whatWouldBecomeTooLongIsNeverBuilt() {
    // 4,000 times 300,000 characters would be 1.2 GB.
    String message = "{\"text\":\"" + "{{a}}".repeat(4_000) + "\"}";

    assertThat(render(message, Map.of("a", "x".repeat(300_000))))
        .isEqualTo(new MessageTemplate.TooLong(MessageTemplate.LONGEST));
  }

  @Test
  void aMessageOfVeryManyPartsIsAProblem() {
    assertThat(parts(1_999).problem()).isEmpty();
    assertThat(parts(2_000).problem()).hasValue("it has 2001 fields and values; 2000 are allowed");
  }

  @Test
  void itsPartsTakeMemoryWhateverTheirTextsAre() {
    assertThat(parts(1_999).bytes()).isGreaterThan(200_000);
  }

  private static MessageTemplate parts(int parts) {
    return new MessageTemplate(Json.MAPPER.readTree("[\"{{a}}\"" + ",{}".repeat(parts - 1) + "]"));
  }

  @Test
  void textsCountTogether() {
    MessageTemplate template =
        new MessageTemplate(Json.MAPPER.readTree("[\"{{a}}{{a}}\",\"{{a}}!\",\"fixed\"]"));

    assertThat(template.render(Map.of("a", "12345"), 16))
        .isInstanceOf(MessageTemplate.Complete.class);
    assertThat(template.render(Map.of("a", "12345"), 15))
        .isEqualTo(new MessageTemplate.TooLong(15));
  }

  private static MessageTemplate.Rendered render(String message, Map<String, String> variables) {
    return new MessageTemplate(Json.MAPPER.readTree(message)).render(variables);
  }

  private static MessageTemplate.Complete complete(String message, int characters) {
    return new MessageTemplate.Complete(Json.MAPPER.readTree(message), characters);
  }
}
