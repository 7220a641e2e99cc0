import static org.elasticsearch.plugins.AnalysisPlugin.requiresAnalysisSettings;

import java.io.Reader;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Char filters of the distribution's module analysis-common. Both may stand in a normalizer too. */
final class CharFilters {
    static final Map<String, AnalysisProvider<CharFilterFactory>> BY_NAME = Map.of(
        "mapping", requiresAnalysisSettings(CharFilters::mapping),
        "pattern_replace", requiresAnalysisSettings(CharFilters::patternReplace));

    private record Made(String name, UnaryOperator<Reader> around) implements NormalizingCharFilterFactory {
        @Override
        public Reader create(Reader reader) {
            return around.apply(reader);
        }
    }

    private static CharFilterFactory mapping(
            IndexSettings index, Environment environment, String name, Settings settings) {
        List<String> rules = Analysis.getWordList(environment, settings, "mappings");
        if (rules == null) {
            throw new IllegalArgumentException("[" + name + "] needs mappings or mappings_path");
        }
        NormalizeCharMap.Builder map = new NormalizeCharMap.Builder();
        for (String rule : rules) {
            int arrow = rule.lastIndexOf("=>");
            if (arrow < 0) {
                throw new IllegalArgumentException("no => in the mapping [" + rule + "] of [" + name + "]");
            }
            map.add(unescaped(rule.substring(0, arrow).trim()), unescaped(rule.substring(arrow + 2).trim()));
        }
        NormalizeCharMap built = map.build();
        return new Made(name, reader -> new MappingCharFilter(built, reader));
    }

    private static CharFilterFactory patternReplace(
            IndexSettings index, Environment environment, String name, Settings settings) {
        Pattern pattern = Regex.compile(Needed.setting(settings, "pattern", name), settings.get("flags"));
        String replacement = settings.get("replacement", "");
        return new Made(name, reader -> new PatternReplaceCharFilter(pattern, replacement, reader));
    }

    /** Text with its escapes resolved: a backslash and u with four hex digits, n, t, r, b, f, or itself. */
    static String unescaped(String side) {
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < side.length(); at++) {
            char c = side.charAt(at);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            c = side.charAt(++at);
            if (c == 'u') {
                out.append((char) Integer.parseInt(side.substring(at + 1, at + 5), 16));
                at += 4;
            } else {
                int known = "ntrbf".indexOf(c);
                out.append(known < 0 ? c : "\n\t\r\b\f".charAt(known));
            }
        }
        return out.toString();
    }

    private CharFilters() {}
}
