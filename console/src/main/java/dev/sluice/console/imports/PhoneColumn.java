package dev.sluice.console.imports;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Which column of a file holds the phone numbers: by its name, or as the user says. */
final class PhoneColumn {
  private static final Pattern ACCENTS = Pattern.compile("\\p{M}+");
  private static final Pattern OTHER = Pattern.compile("[^\\p{L}\\p{N}]+");

  /**
   * Usual names, without case, spaces and accents. A later set counts only where no earlier one
   * matches: in many files "Número" is the house number.
   */
  private static final List<Set<String>> NAMES =
      List.of(
          Set.of("phone"),
          Set.of(
              // English, and what programs write
              "phonenumber",
              "phoneno",
              "telephone",
              "telephonenumber",
              "tel",
              "telno",
              "mobile",
              "mobilephone",
              "mobilenumber",
              "mobileno",
              "cell",
              "cellphone",
              "cellnumber",
              "msisdn",
              "e164",
              "whatsapp",
              "whatsappnumber",
              "whatsappno",
              "waid",
              "phone1value",
              "contactnumber",
              // Portuguese
              "telefone",
              "telefonecelular",
              "numerodetelefone",
              "numerotelefone",
              "celular",
              "numerodocelular",
              "numerocelular",
              "fone",
              "telemovel",
              "numerowhatsapp",
              "numerodewhatsapp",
              "numerodowhatsapp",
              // Spanish
              "telefono",
              "telefonomovil",
              "telefonocelular",
              "numerodetelefono",
              "movil",
              "numerodemovil",
              "numerodecelular",
              // German
              "telefon",
              "telefonnummer",
              "telefonnr",
              "handy",
              "handynummer",
              "handynr",
              "mobil",
              "mobilnummer",
              "mobiltelefon",
              "mobilnr",
              "rufnummer",
              "whatsappnummer",
              // French, Italian, Dutch
              "telephoneportable",
              "numerodetelephone",
              "portable",
              "telefonocellulare",
              "cellulare",
              "numeroditelefono",
              "telefoon",
              "telefoonnummer",
              "mobiel",
              "mobielnummer",
              "gsm"),
          Set.of("number", "numero", "nummer", "rufnr", "contact", "contato"));

  private PhoneColumn() {}

  /** The result of the search. */
  sealed interface Found {}

  /** The column at this index, from 0. */
  record At(int index) implements Found {}

  /** Several columns may be it. */
  record Several(List<String> names) implements Found {}

  /** No column has such a name. */
  record None() implements Found {}

  /**
   * Finds the column.
   *
   * @param chosen the name that the user gave; only that one counts then
   */
  static Found in(List<String> columns, Optional<String> chosen) {
    if (chosen.isPresent()) {
      int exact = columns.indexOf(chosen.get());
      return exact >= 0 ? new At(exact) : alike(columns, key(chosen.get()));
    }
    for (Set<String> names : NAMES) {
      List<Integer> found =
          IntStream.range(0, columns.size())
              .filter(i -> names.contains(key(columns.get(i))))
              .boxed()
              .toList();
      if (found.size() > 1) {
        return new Several(found.stream().map(columns::get).toList());
      }
      if (found.size() == 1) {
        return new At(found.getFirst());
      }
    }
    return new None();
  }

  /** A name without letters and digits would match every other such name, so it matches none. */
  private static Found alike(List<String> columns, String chosen) {
    int index = columns.stream().map(PhoneColumn::key).toList().indexOf(chosen);
    return chosen.isEmpty() || index < 0 ? new None() : new At(index);
  }

  private static String key(String name) {
    String letters =
        ACCENTS.matcher(Normalizer.normalize(name, Normalizer.Form.NFD)).replaceAll("");
    return OTHER.matcher(letters).replaceAll("").toLowerCase(Locale.ROOT);
  }
}
