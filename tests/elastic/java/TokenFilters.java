import static java.util.Map.entry;
import static org.elasticsearch.plugins.AnalysisPlugin.requiresAnalysisSettings;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.cn.smart.SmartChineseAnalyzer;
import org.apache.lucene.analysis.core.DecimalDigitFilter;
import org.apache.lucene.analysis.core.FlattenGraphFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.LimitTokenCountFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.search.suggest.analyzing.SuggestStopFilter;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.lucene.analysis.miscellaneous.DisableGraphAttribute;

/**
 * Token filters of the distribution's modules analysis-common and analysis-smartcn. The server itself has
 * lowercase (without a language), stop and shingle.
 */
final class TokenFilters {
    static final Map<String, AnalysisProvider<TokenFilterFactory>> BY_NAME = Map.ofEntries(
        entry("smartcn_stop", TokenFilters::smartcnStop),
        entry("cjk_bigram", TokenFilters::cjkBigram),
        entry("cjk_width", normalizing(settings -> CJKWidthFilter::new)),
        entry("decimal_digit", normalizing(settings -> DecimalDigitFilter::new)),
        entry("trim", normalizing(settings -> TrimFilter::new)),
        entry("length", plain(TokenFilters::length)),
        entry("limit", plain(TokenFilters::limit)),
        entry("ngram", TokenFilters::ngram),
        entry("pattern_capture", requiresAnalysisSettings(TokenFilters::patternCapture)),
        entry("pattern_replace", requiresAnalysisSettings(TokenFilters::patternReplace)),
        entry("remove_duplicates", plain(settings -> RemoveDuplicatesTokenFilter::new)),
        entry("flatten_graph", plain(settings -> FlattenGraphFilter::new)),
        entry("synonym_graph", requiresAnalysisSettings(SynonymGraph::new)));

    private record Plain(String name, UnaryOperator<TokenStream> around) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream tokens) {
            return around.apply(tokens);
        }
    }

    /** May stand in a normalizer, and is applied to wildcard and prefix queries. */
    private record Normalizing(String name, UnaryOperator<TokenStream> around)
            implements NormalizingTokenFilterFactory {
        @Override
        public TokenStream create(TokenStream tokens) {
            return around.apply(tokens);
        }
    }

    /** Puts several tokens at one place, so that no synonym rule can be read through it. */
    private record Stacking(String name, UnaryOperator<TokenStream> around) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream tokens) {
            return around.apply(tokens);
        }

        @Override
        public TokenFilterFactory getSynonymFilter() {
            throw new IllegalArgumentException("Token filter [" + name + "] cannot be used to parse synonyms");
        }
    }

    private static AnalysisProvider<TokenFilterFactory> plain(
            Function<Settings, UnaryOperator<TokenStream>> from) {
        return (index, environment, name, settings) -> new Plain(name, from.apply(settings));
    }

    private static AnalysisProvider<TokenFilterFactory> normalizing(
            Function<Settings, UnaryOperator<TokenStream>> from) {
        return (index, environment, name, settings) -> new Normalizing(name, from.apply(settings));
    }

    private static TokenFilterFactory smartcnStop(
            IndexSettings index, Environment environment, String name, Settings settings) {
        CharArraySet standard = SmartChineseAnalyzer.getDefaultStopSet();
        CharArraySet words = Analysis.parseWords(environment, settings, "stopwords", standard,
            Map.of("_smartcn_", standard), settings.getAsBoolean("ignore_case", false));
        return settings.getAsBoolean("remove_trailing", true)
            ? new Plain(name, tokens -> new StopFilter(tokens, words))
            : new Plain(name, tokens -> new SuggestStopFilter(tokens, words));
    }

    private static TokenFilterFactory cjkBigram(
            IndexSettings index, Environment environment, String name, Settings settings) {
        Map<String, Integer> scripts = Map.of("han", CJKBigramFilter.HAN, "hiragana", CJKBigramFilter.HIRAGANA,
            "katakana", CJKBigramFilter.KATAKANA, "hangul", CJKBigramFilter.HANGUL);
        List<String> ignored = settings.getAsList("ignored_scripts");
        int wanted = scripts.entrySet().stream().filter(script -> !ignored.contains(script.getKey()))
            .mapToInt(Map.Entry::getValue).reduce(0, (all, one) -> all | one);
        if (!settings.getAsBoolean("output_unigrams", false)) {
            return new Plain(name, tokens -> new CJKBigramFilter(tokens, wanted));
        }
        return new Stacking(name, tokens -> {
            TokenStream both = new CJKBigramFilter(tokens, wanted, true);
            both.addAttribute(DisableGraphAttribute.class); // unigrams and bigrams make no graph for a query
            return both;
        });
    }

    private static UnaryOperator<TokenStream> length(Settings settings) {
        int min = settings.getAsInt("min", 0);
        int max = settings.getAsInt("max", Integer.MAX_VALUE);
        return tokens -> new LengthFilter(tokens, min, max);
    }

    private static UnaryOperator<TokenStream> limit(Settings settings) {
        int most = settings.getAsInt("max_token_count", 1);
        boolean all = settings.getAsBoolean("consume_all_tokens", false);
        return tokens -> new LimitTokenCountFilter(tokens, most, all);
    }

    private static TokenFilterFactory ngram(
            IndexSettings index, Environment environment, String name, Settings settings) {
        int shortest = settings.getAsInt("min_gram", 1);
        int longest = settings.getAsInt("max_gram", 2);
        boolean original = settings.getAsBoolean("preserve_original", false);
        Needed.smallDifference(index, shortest, longest, name);
        return new Stacking(name, tokens -> new NGramTokenFilter(tokens, shortest, longest, original));
    }

    private static TokenFilterFactory patternCapture(
            IndexSettings index, Environment environment, String name, Settings settings) {
        Pattern[] patterns =
            settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
        boolean original = settings.getAsBoolean("preserve_original", true);
        return new Stacking(name, tokens -> new PatternCaptureGroupTokenFilter(tokens, original, patterns));
    }

    private static TokenFilterFactory patternReplace(
            IndexSettings index, Environment environment, String name, Settings settings) {
        Pattern pattern = Regex.compile(Needed.setting(settings, "pattern", name), settings.get("flags"));
        String replacement = settings.get("replacement", "");
        boolean all = settings.getAsBoolean("all", true);
        return new Normalizing(name, tokens -> new PatternReplaceFilter(tokens, pattern, replacement, all));
    }

    private TokenFilters() {}
}
