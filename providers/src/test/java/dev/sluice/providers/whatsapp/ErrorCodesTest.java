package dev.sluice.providers.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.whatsapp.ErrorCodes.Policy;
import dev.sluice.providers.whatsapp.ErrorCodes.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorCodesTest {
  static List<Rule> rules() {
    return List.copyOf(ErrorCodes.rules());
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyCodeIsExplainedToPeople(Rule rule) {
    assertThat(ErrorCodes.explanation(Integer.toString(rule.code()))).hasValue(rule.explanation());
    assertThat(rule.explanation()).matches("[A-Z].*\\.");
    assertThat(rule.meaning()).doesNotEndWith(".");
  }

  /** A webhook and a response with the same code must have the same effect. */
  @ParameterizedTest
  @MethodSource("rules")
  void aWebhookBlocksForWhatAnAnswerBlocksFor(Rule rule) {
    assertThat(ErrorCodes.blocksSender(Integer.toString(rule.code())))
        .isEqualTo(rule.policy() == Policy.BLOCK_SENDER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "99999", "in_doubt", "-1", "99999999999999999999"})
  void whatIsNoneOfTheApisCodesBlocksNobodyAndIsNotExplained(String code) {
    assertThat(ErrorCodes.blocksSender(code)).isFalse();
    assertThat(ErrorCodes.explanation(code)).isEmpty();
  }

  @Test
  void thereIsOneLineForACode() {
    assertThat(rules()).extracting(Rule::code).doesNotHaveDuplicates().hasSizeGreaterThan(60);
  }
}
