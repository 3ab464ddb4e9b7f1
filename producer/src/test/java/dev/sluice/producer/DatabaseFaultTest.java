package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.DatabaseFault;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseFaultTest {
  @ParameterizedTest
  @CsvSource({
    "08006, DATABASE",
    "53300, DATABASE",
    "57P01, DATABASE",
    "25006, DATABASE",
    "53100, DATABASE",
    "40P01, MOMENT",
    "55P03, MOMENT",
    "57014, MOMENT",
    "53200, MOMENT",
    "58030, MOMENT",
    "22023, OWN",
    "23514, OWN",
    "54000, OWN"
  })
  void theStateSaysWhomItConcerns(String state, DatabaseFault trouble) {
    assertThat(
            DatabaseFault.of(
                new DataAccessException("failed", new SQLException("words", state)), () -> {}))
        .isEqualTo(trouble);
  }

  @ParameterizedTest
  @ValueSource(strings = {"42703", "42501", "0A000", "HV000"})
  void whatMayBeAnybodysIsTheCampaignsOwnIfOthersCanWork(String state) {
    DataAccessException failure =
        new DataAccessException("failed", new SQLException("words", state));

    assertThat(DatabaseFault.of(failure, () -> {})).isEqualTo(DatabaseFault.OWN);
    assertThat(
            DatabaseFault.of(
                failure,
                () -> {
                  throw failure;
                }))
        .isEqualTo(DatabaseFault.DATABASE);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"08001", "42501"})
  void aPoolWithoutConnectionsIsADatabaseThatIsAway(@Nullable String state) {
    assertThat(
            DatabaseFault.of(
                new DataAccessException(
                    "failed", new SQLTransientConnectionException("timed out", state)),
                () -> {}))
        .isEqualTo(DatabaseFault.DATABASE);
  }

  @Test
  void whatIsNotAboutTheDatabaseIsTheCampaignsOwn() {
    assertThat(DatabaseFault.of(new IllegalArgumentException("words"), () -> {}))
        .isEqualTo(DatabaseFault.OWN);
    assertThat(DatabaseFault.reason(new IllegalArgumentException("words\nmore")))
        .isEqualTo("words");
  }
}
