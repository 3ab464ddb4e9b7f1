package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.DatabaseFault;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseFaultTest {
  @ParameterizedTest
  @CsvSource({
    "08006, DATABASE",
    "53300, DATABASE",
    "57P01, DATABASE",
    "42703, DATABASE",
    "40P01, MOMENT",
    "55P03, MOMENT",
    "57014, MOMENT",
    "22023, OWN",
    "23514, OWN"
  })
  void theStateSaysWhomItConcerns(String state, DatabaseFault trouble) {
    assertThat(
            DatabaseFault.of(new DataAccessException("failed", new SQLException("words", state))))
        .isEqualTo(trouble);
  }

  @Test
  void aPoolWithoutConnectionsIsADatabaseThatIsAway() {
    assertThat(
            DatabaseFault.of(
                new DataAccessException(
                    "failed", new SQLTransientConnectionException("timed out"))))
        .isEqualTo(DatabaseFault.DATABASE);
  }

  @Test
  void whatIsNotAboutTheDatabaseIsTheCampaignsOwn() {
    assertThat(DatabaseFault.of(new IllegalArgumentException("words")))
        .isEqualTo(DatabaseFault.OWN);
    assertThat(DatabaseFault.reason(new IllegalArgumentException("words\nmore")))
        .isEqualTo("words");
  }
}
