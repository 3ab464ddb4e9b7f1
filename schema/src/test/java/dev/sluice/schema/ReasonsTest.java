package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReasonsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "org.apache.kafka.common.errors.TimeoutException: no nodes|no nodes",
        "cannot convert 'x' (java.lang.IllegalArgumentException: Invalid UUID)|cannot convert 'x' (Invalid UUID)",
        "Cannot construct `dev.sluice.schema.OnDoubt`|Cannot construct `OnDoubt`",
        "jdbc:postgresql://db.example.org:5432/sluice|jdbc:postgresql://db.example.org:5432/sluice",
        "no answer from kafka.example.org:9092|no answer from kafka.example.org:9092",
      })
  void noNameOfAClassIsInThem(String message, String words) {
    assertThat(Reasons.in(message)).isEqualTo(words);
  }

  @Test
  void whatHasNoMessageIsNamedInWords() {
    assertThat(Reasons.of(new TimeoutException())).isEqualTo("timeout");
    assertThat(Reasons.of(new IOException((String) null))).isEqualTo("io");
  }

  @Test
  void theReasonOfWhatFailedElsewhereIsTheReason() {
    Throwable failure = new ExecutionException(new IllegalStateException("it is closed"));

    assertThat(Reasons.of(failure)).isEqualTo("it is closed");
  }

  @Test
  void whoeverHasSaidItInWordsIsNotCorrected() {
    SQLException database = new SQLException("FATAL: no", "28P01");

    assertThat(Reasons.of(new IllegalStateException("set the password", database)))
        .isEqualTo("set the password");
    assertThat(Reasons.of(new DataAccessException("SQL [select 1]; FATAL: no", database)))
        .isEqualTo("FATAL: no");
  }

  @Test
  void aPoolTellsWhyItHasNoConnection() {
    SQLException pool =
        new SQLException(
            "Connection is not available, request timed out",
            "28P01",
            new SQLException("FATAL: password authentication failed for user \"a\"", "28P01"));

    assertThat(Reasons.of(pool)).startsWith("FATAL: password authentication failed");
    assertThat(Reasons.loginRefused(pool)).isTrue();
    assertThat(Reasons.loginRefused(new SQLException("refused", "08001"))).isFalse();
    assertThat(Reasons.loginRefused(new IllegalStateException())).isFalse();
  }
}
