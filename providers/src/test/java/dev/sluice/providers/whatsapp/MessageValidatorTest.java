package dev.sluice.providers.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.Providers;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class MessageValidatorTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'text','text':{'body':'Hi {{first_name}}'}}",
        "{'type':'image','image':{'link':'https://example.org/a.png'}}",
        "{'type':'template','template':{'name':'spring','language':{'code':'pt_BR'}}}",
        "{'type':'template','template':{'name':'spring','language':{'code':'pt_BR'},'components':["
            + "{'type':'header','parameters':[{'type':'image','image':{'id':'1'}}]},"
            + "{'type':'body','parameters':[{'type':'text','text':'{{a}}'},{'type':'text','text':'b'}]},"
            + "{'type':'button','sub_type':'url','index':'0','parameters':[{'type':'text','text':'p'}]},"
            + "{'type':'button','sub_type':'quick_reply','index':'1',"
            + "'parameters':[{'type':'payload','payload':'STOP'}]}]}}",
        "{'type':'template','template':{'name':'n','language':{'code':'de'},'components':["
            + "{'type':'body','parameters':["
            + "{'type':'text','parameter_name':'city','text':'{{city}}'},"
            + "{'type':'text','parameter_name':'name','text':'x'}]}]}}",
        "{'type':'interactive','interactive':{'anything':1}}",
      })
  void takesWhatTheApiTakes(String message) {
    assertThat(problem(message)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|must be a JSON object",
        "{'text':{'body':'x'}}|\"type\" is missing",
        "{'type':'text'}|needs an object \"text\"",
        "{'type':'text','text':{'body':' '}}|\"text.body\" is empty",
        "{'type':'text','to':'+1','text':{'body':'x'}}|\"to\" is set for each recipient",
        "{'type':'image','image':{'id':'1','link':'x'}}|either an \"id\" or a \"link\"",
        "{'type':'template','template':{'language':{'code':'de'}}}|\"template.name\" is missing",
        "{'type':'template','template':{'name':'n'}}|language.code",
        "{'type':'template','template':{'name':'n','language':{'code':'de'},'components':{}}}|list",
      })
  void namesWhatIsMissing(String message, String problem) {
    assertThat(problem(message)).contains(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'body','parameters':[{'type':'text','text':'two\\nlines'}]}|new line",
        "{'type':'body','parameters':[{'type':'text','text':'a\\tb'}]}|a tab",
        "{'type':'body','parameters':[{'type':'text','text':'a     b'}]}|four spaces",
        "{'type':'body','parameters':[{'type':'text','text':''}]}|is empty",
        "{'type':'body','parameters':[{'text':'x'}]}|no \"type\"",
        "{'type':'body','parameters':[{'type':'text','parameter_name':'a','text':'x'},"
            + "{'type':'text','text':'x'}]}|either all parameters",
        "{'type':'body','parameters':[{'type':'text','parameter_name':'a','text':'x'},"
            + "{'type':'text','parameter_name':'a','text':'x'}]}|are called a",
        "{'type':'header','parameters':[{'type':'text','text':'x'},{'type':'text','text':'x'}]}|one"
            + " parameter",
        "{'type':'header','parameters':[{'type':'image','image':{}}]}|either an \"id\"",
        "{'type':'button','index':'0'}|sub_type",
        "{'type':'button','sub_type':'url','index':'first'}|position",
      })
  void namesWhatIsWrongInAComponent(String component, String problem) {
    assertThat(problem(template(component))).contains(problem);
  }

  @Test
  void countsCharactersAndAVariableAsOne() {
    String sixty = "x".repeat(59) + "{{long_name_of_a_variable}}";
    String header = "{'type':'header','parameters':[{'type':'text','text':'%s'}]}";

    assertThat(problem(template(header.formatted(sixty)))).isNull();
    assertThat(problem(template(header.formatted(sixty + "y")))).contains("61 characters");
    assertThat(problem("{'type':'text','text':{'body':'" + "🙂".repeat(4_096) + "'}}")).isNull();
    assertThat(problem("{'type':'text','text':{'body':'" + "🙂".repeat(4_097) + "'}}"))
        .contains("at most 4096");
  }

  /** What the template conceals, rendering reveals, for that recipient only. */
  @Test
  void aVariableMayBreakTheRulesWhenItIsFilledIn() {
    JsonNode message =
        json(template("{'type':'body','parameters':[{'type':'text','text':'{{a}}'}]}"));
    assertThat(Providers.rules("whatsapp").problem(message)).isEmpty();

    MessageTemplate.Rendered rendered =
        new MessageTemplate(message).render(Map.of("a", "two\nlines"));
    assertThat(rendered).isInstanceOf(MessageTemplate.Complete.class);
    assertThat(Providers.rules("whatsapp").problem(((MessageTemplate.Complete) rendered).message()))
        .hasValueSatisfying(problem -> assertThat(problem).contains("new line"));
  }

  @Test
  void anotherProviderHasRulesOfItsOwn() {
    assertThat(Providers.rules("http").problem(json("{'anything':1}"))).isEmpty();
  }

  private static String template(String component) {
    return "{'type':'template','template':{'name':'n','language':{'code':'de'},'components':["
        + component
        + "]}}";
  }

  private static String problem(String message) {
    return Providers.rules("whatsapp").problem(json(message)).orElse(null);
  }

  private static JsonNode json(String text) {
    return Json.MAPPER.readTree(text.replace('\'', '"'));
  }
}
