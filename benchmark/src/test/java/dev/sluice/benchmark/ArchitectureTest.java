package dev.sluice.benchmark;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between modules, and that each service has one door. */
class ArchitectureTest {
  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.sluice");

  @Test
  void importsRunOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("schema")
        .definedBy("dev.sluice.schema..")
        .layer("runtime")
        .definedBy("dev.sluice.runtime..")
        .layer("providers")
        .definedBy("dev.sluice.providers..")
        .layer("producer")
        .definedBy("dev.sluice.producer..")
        .layer("worker")
        .definedBy("dev.sluice.worker..")
        .layer("status-aggregator")
        .definedBy("dev.sluice.aggregator..")
        .layer("console")
        .definedBy("dev.sluice.console..")
        .layer("local")
        .definedBy("dev.sluice.local..")
        .layer("cli")
        .definedBy("dev.sluice.cli..")
        .layer("demo")
        .definedBy("dev.sluice.demo..")
        .layer("benchmark")
        .definedBy("dev.sluice.benchmark..")
        .whereLayer("schema")
        .mayNotAccessAnyLayer()
        .whereLayer("runtime")
        .mayOnlyAccessLayers("schema")
        .whereLayer("providers")
        .mayOnlyAccessLayers("schema")
        .whereLayer("producer")
        .mayOnlyAccessLayers("schema", "runtime", "providers")
        .whereLayer("worker")
        .mayOnlyAccessLayers("schema", "runtime", "providers")
        .whereLayer("status-aggregator")
        .mayOnlyAccessLayers("schema", "runtime")
        .whereLayer("console")
        .mayOnlyAccessLayers("schema", "runtime", "providers")
        .whereLayer("cli")
        .mayOnlyBeAccessedByLayers("demo", "benchmark")
        .whereLayer("demo")
        .mayOnlyBeAccessedByLayers("benchmark")
        .whereLayer("local")
        .mayOnlyBeAccessedByLayers("demo", "benchmark")
        .check(CODE);
  }

  @Test
  void roomsMakeNoCircles() {
    slices()
        .matching("dev.sluice.(**)")
        .should()
        .beFreeOfCycles()
        .check(CODE.that(resideOutsideOfPackage("dev.sluice.schema.jooq..")));
  }

  @Test
  void theWorkerKnowsNoDatabase() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.worker..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.jooq..", "java.sql..", "javax.sql..", "dev.sluice.schema.jooq..")
        .check(CODE);
  }

  @Test
  void thePureRulesKnowNeitherKafkaClientsNorConnections() {
    classes()
        .that()
        .haveNameMatching(
            "dev\\.sluice\\.(worker\\.(OffsetWindow|OutcomePolicy|RetryPolicy|Pacer|PickAhead|Lane)"
                + "|producer\\.(WorkAhead|Cursor|SendingWindow)"
                + "|schema\\.(WindowCodec|RecipientStatus|MessageTemplate)"
                + "|providers\\.whatsapp\\.MessageValidator"
                + "|aggregator\\.PendingBatch)")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages("org.apache.kafka.clients..", "org.jooq..", "java.sql..")
        .check(CODE);
  }

  @ParameterizedTest
  @CsvSource({
    "dev.sluice.producer, FanOut FanOutConfig",
    "dev.sluice.worker, Worker WorkerConfig RetryPolicy",
    "dev.sluice.aggregator, StatusAggregator StatusAggregatorConfig",
    "dev.sluice.console, Console ConsoleConfig WebhookConfig Bounds",
  })
  void aServiceHasOneDoorAndItsConfiguration(String room, String doors) {
    Set<String> open =
        CODE.stream()
            .filter(type -> type.getPackageName().equals(room))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(JavaClass::isTopLevelClass)
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toSet());

    assertThat(open).containsExactlyInAnyOrder(doors.split(" "));
  }
}
