package dev.sluice.providers.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TemplateFitTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String SPRING = "[{'type':'BODY','text':'Oi {{1}}, {{2}} chegou. {{1}}!'}]";
  private static final String ORDER =
      "[{'type':'HEADER','format':'IMAGE'},{'type':'BODY','text':'Hi {{name}}, {{order}} is here'},"
          + "{'type':'FOOTER','text':'Reply STOP'},{'type':'BUTTONS','buttons':["
          + "{'type':'QUICK_REPLY','text':'Thanks'},{'type':'URL','url':'https://x.example/{{1}}'}]}]";

  @Test
  void aMessageThatGivesEachParameterFits() {
    assertThat(misfits(SPRING, "POSITIONAL", "[{'type':'body','parameters':[{},{}]}]")).isEmpty();
    assertThat(
            misfits(
                ORDER,
                "NAMED",
                "[{'type':'header','parameters':[{'type':'image','image':{'link':'x'}}]},"
                    + "{'type':'BODY','parameters':[{'parameter_name':'order'},"
                    + "{'parameter_name':'name'}]},"
                    + "{'type':'button','sub_type':'url','index':1,'parameters':[{'text':'7'}]}]"))
        .isEmpty();
    assertThat(misfits("[{'type':'BODY','text':'Hello'}]", "POSITIONAL", "null")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{'type':'body','parameters':[{}]}] | the body has 1 parameter, but the template needs 2",
        "[] | the body has 0 parameters, but the template needs 2",
        "{'body':7} | the body has 0 parameters, but the template needs 2",
        "[{'type':'body','parameters':[{},{}]},{'type':'header','parameters':[{}]}]"
            + "| the header has 1 parameter, but the template needs 0"
      },
      quoteCharacter = '`')
  void aWrongNumberOfParametersIsTold(String given, String words) {
    assertThat(misfits(SPRING, "POSITIONAL", given)).containsExactly(words);
  }

  @Test
  void whatIsLackingIsNamed() {
    assertThat(
            misfits(
                ORDER,
                "NAMED",
                "[{'type':'header','parameters':[{'type':'text'}]},"
                    + "{'type':'body','parameters':[{'parameter_name':'name'},"
                    + "{'parameter_name':'Order'}]},{'type':'button','index':'0'}]"))
        .containsExactly(
            "the header must be given one parameter of the type image",
            "the body lacks the parameter \"order\"",
            "button 2 lacks its parameter");
  }

  @ParameterizedTest
  @CsvSource({
    "https://x.example/, https://x.example/7, true",
    "https://x.example/, ' HTTP://y.example/{{order}}', true",
    "https://x.example/, {{order}}, false",
    "https://x.example/, orders/https, false",
    "https://x.example/to?url=, https://y.example/7, false"
  })
  void aWholeUrlForAButtonThatWantsItsEndDoesNotFit(String url, String given, boolean misfit) {
    List<String> misfits =
        misfits(
            "[{'type':'BUTTONS','buttons':[{'type':'URL','url':'" + url + "{{1}}'}]}]",
            "POSITIONAL",
            "[{'type':'button','index':'0','parameters':[{'type':'text','text':'"
                + given
                + "'}]}]");

    assertThat(misfits)
        .isEqualTo(
            misfit
                ? List.of(
                    "button 1 is given a whole URL, but the template wants only what follows "
                        + url)
                : List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "0, quick_reply, ''",
    "1, url, button 2 has a parameter; but the template needs none",
    "2, voice_call, button 3 has a parameter; but the template needs none",
    "3, url, button 4 has a parameter; but the template needs none",
    "4, flow, ''",
    "5, url, button 6 has a parameter; but the template has no such button",
    "{{n}}, url, ''",
    "-1, url, ''"
  })
  void aParameterThatNoButtonTakesDoesNotFit(String index, String kind, String words) {
    List<String> misfits =
        misfits(
            "[{'type':'BUTTONS','buttons':[{'type':'QUICK_REPLY'},"
                + "{'type':'URL','url':'https://x.example/'},{'type':'VOICE_CALL'},"
                + "{'type':'PHONE_NUMBER'},{'type':'FLOW'}]}]",
            "POSITIONAL",
            "[{'type':'button','sub_type':'%s','index':'%s','parameters':[{'text':'7'}]}]"
                .formatted(kind, index));

    assertThat(misfits).isEqualTo(words.isEmpty() ? List.of() : List.of(words.replace(';', ',')));
  }

  @Test
  void aTemplateWithoutButtonsTakesNoParameterForOne() {
    String given = "[{'type':'button','index':0,'parameters':[{'text':'7'}]}]";

    assertThat(misfits("[{'type':'BODY','text':'Hello'}]", "POSITIONAL", given))
        .containsExactly("button 1 has a parameter, but the template has no such button");
    assertThat(misfits("null", "POSITIONAL", given)).isEmpty();
    assertThat(misfits("[]", "POSITIONAL", given.replace("{'text':'7'}", ""))).isEmpty();
  }

  /** New kinds of components are the provider's to judge. */
  @ParameterizedTest
  @ValueSource(strings = {"[{'type':'CAROUSEL','cards':[{}]}]", "[{'type':7}]", "[]", "{}", "null"})
  void whatIsUnknownFits(String listed) {
    assertThat(misfits(listed, "POSITIONAL", "[{'type':'carousel','cards':[]}]")).isEmpty();
  }

  /** As of a code, which every message must be given. */
  @Test
  void aTextThatTheProviderWritesIsNotCompared() {
    assertThat(
            misfits(
                "[{'type':'BODY','add_security_recommendation':true}]",
                "POSITIONAL",
                "[{'type':'body','parameters':[{}]}]"))
        .isEmpty();
  }

  private static List<String> misfits(String listed, String format, String given) {
    return TemplateFit.misfits(read(listed), format, read(given));
  }

  private static JsonNode read(String json) {
    return JSON.readTree(json.replace('\'', '"'));
  }
}
