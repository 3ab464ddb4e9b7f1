package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

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

  @Test
  void whatWouldBecomeTooLongIsNeverBuilt() {
    // 4,000 times 300,000 characters would be 1.2 GB.
    String message = "{\"text\":\"" + "{{a}}".repeat(4_000) + "\"}";

    assertThat(render(message, Map.of("a", "x".repeat(300_000))))
        .isEqualTo(new MessageTemplate.TooLong(MessageTemplate.LONGEST));
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
