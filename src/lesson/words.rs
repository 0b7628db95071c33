//! The words around a lesson (question, verdict, goal, keys, heading) in each language that lessons are written in. A lesson is
//! shown with the words of its own language.

use std::fmt::Display;

use super::language;

/// A table of phrases: its name, then the phrase in English, Russian and Chinese. `{}` stands for a number, a key or a result.
macro_rules! phrases {
    ($($(#[$doc:meta])* $name:ident: $en:literal, $ru:literal, $zh:literal;)*) => {
        /// The phrases of one language.
        #[derive(Debug)]
        pub struct Words {
            $($(#[$doc])* pub $name: &'static str,)*
        }

        const ENGLISH: Words = Words { $($name: $en,)* };
        const RUSSIAN: Words = Words { $($name: $ru,)* };
        const CHINESE: Words = Words { $($name: $zh,)* };

        /// Each phrase by its name, in every language.
        #[cfg(test)]
        const TABLE: &[(&str, [&str; 3])] = &[$((stringify!($name), [$en, $ru, $zh]),)*];
    };
}

phrases! {
    /// The place in a lesson, in the heading.
    step: "step {} of {}", "шаг {} из {}", "第 {} 步，共 {} 步";
    /// A question that was missed before, in the heading.
    again: "a question you missed", "вопрос с ошибкой", "答错过的题";
    /// The lesson is over, in the heading.
    done: "done", "пройден", "已完成";
    /// Lines below what is seen.
    more: "{} more ↓", "ещё {} ↓", "还有 {} 行 ↓";
    /// Progress is not kept.
    not_saved: "NOT SAVED", "НЕ СОХРАНЯЕТСЯ", "未保存";
    /// Above a question.
    question: "What will the kernel answer? {} to {} chooses.", "Что ответит ядро? Выбор: от {} до {}.", "内核会怎样回答？按 {} 到 {} 选择。";
    /// An option is chosen.
    ask: "{}: ask the kernel.", "{}: спросить ядро.", "{}：问内核。";
    /// Behind an option.
    guess_and_came: "your guess, and what came", "ваш ответ, и он верен", "你的答案，也是结果";
    /// Behind an option.
    came: "what came", "так и было", "实际结果";
    /// Behind an option.
    guess: "your guess", "ваш ответ", "你的答案";
    /// Before a verdict.
    right: "RIGHT: ", "ВЕРНО: ", "正确：";
    /// Before a verdict.
    wrong: "WRONG: ", "НЕВЕРНО: ", "错误：";
    /// Before a verdict.
    none: "NONE OF THEM: ", "НИ ОДИН ИЗ НИХ: ", "都不是：";
    /// The verdict.
    answered: "the kernel answered {}.", "ядро ответило {}.", "内核的回答是 {}。";
    /// The verdict on a wrong answer.
    said_answered: "you said {}, the kernel answered {}.", "вы сказали {}, ядро ответило {}.", "你选了 {}，内核的回答是 {}。";
    /// No option holds.
    this_kernel: "this kernel answered {}.", "это ядро ответило {}.", "这个内核的回答是 {}。";
    /// Another option than the ticked one holds.
    other_kernel: "The lesson says something else; on this kernel it is so.", "В уроке сказано иначе; на этом ядре — так.", "课文说的不同；在这个内核上就是这样。";
    /// A wrong answer that another kind of channel gives.
    other_kind: "That is the answer of another kind of channel: {}.", "Так ответил бы канал другого вида: {}.", "那是另一种通道的回答：{}。";
    /// A statement's result is not the lesson's.
    otherwise: "this kernel answers otherwise: the lesson has {}", "это ядро отвечает иначе: в уроке {}", "这个内核的回答不同：课文是 {}";
    /// Above a goal.
    goal: "GOAL: bring this about", "ЗАДАНИЕ: добейтесь этого", "目标：做到下面几点";
    /// Above a goal of a bug hunt.
    repair: "REPAIR IT, with as few statements as you can", "ПОЧИНИТЕ, чем меньше команд, тем лучше", "修好它，语句越少越好";
    /// Above a goal that is reached.
    reached: "REACHED", "ГОТОВО", "已达到";
    /// Behind a condition that does not hold, with what came instead.
    differs: "so far: {}", "пока: {}", "目前：{}";
    /// Statements of a bug hunt: used, the fewest known.
    statements_used: "Statements used: {}. The fewest known: {}.", "Использовано команд: {}. Известный минимум: {}.", "用了 {} 条语句。已知最少：{}。";
    /// The best score of a bug hunt.
    best: "Your best so far: {}.", "Ваш лучший результат: {}.", "你的最好成绩：{}。";
    /// Above a hint.
    hint: "Hint {} of {}", "Подсказка {} из {}", "提示 {}，共 {} 条";
    /// At the end.
    lesson_done: "This lesson is done.", "Урок пройден.", "这一课完成了。";
    /// What the learner knows now.
    know: "You now know that {}.", "Теперь вы знаете: {}.", "现在你知道：{}。";
    /// Questions answered rightly, of all.
    score: "Right at the first answer: {} of {}.", "Верно с первого раза: {} из {}.", "一次答对：{} / {}。";
    /// Missed questions come back.
    comes_back: "What you missed will come back.", "Вопросы с ошибкой вернутся позже.", "答错的题以后会再出现。";
    /// The key to a missed question.
    to_missed: "**{}**: a question that you missed, once more.", "**{}**: вопрос, на котором вы ошиблись.", "**{}**：再答一道答错过的题。";
    /// The key to the next lesson.
    to_next: "**{}**: the next lesson, {} {}.", "**{}**: следующий урок, {} {}.", "**{}**：下一课，{} {}。";
    /// There is no next lesson.
    last: "It was the last one.", "Это был последний урок.", "这是最后一课。";
    /// The summary of the course: lessons done, right answers, all answers.
    course: "The course so far. Lessons done: {}. Right answers: {} of {}.", "Весь курс: пройдено уроков {}, верных ответов {} из {}.", "整个课程：完成 {} 课，{} / {} 答对。";
    /// The topics with the most wrong answers.
    weak: "Weakest so far: {}. Practice asks about it.", "Слабее всего: {}. Тренировка спросит об этом.", "目前最弱：{}。练习会问这些。";
    /// Keys at the end: the list, free play, leaving.
    end_keys: "**{}**: all lessons. **{}**: play on this bench. **{}**: leave.", "**{}**: все уроки. **{}**: играть на этом стенде. **{}**: выйти.", "**{}**：所有课程。**{}**：在这个实验台上自由练习。**{}**：退出。";
    /// The key to the next problem of the practice.
    next_problem: "**{}**: the next problem.", "**{}**: следующая задача.", "**{}**：下一题。";
    /// What to do next: a statement is to be run. Two keys.
    try_run: "{} runs what is marked, on the real kernel. With {} you try whatever you like.", "{} выполняет отмеченное на настоящем ядре. С {} можно попробовать что угодно.", "{} 在真实的内核上执行标出的语句。按 {} 可以随意尝试。";
    /// What to do next: a question is asked.
    try_guess: "Guess first, by a number or an arrow. Then {} asks the kernel.", "Сначала угадайте: цифрой или стрелкой. Потом {} спросит ядро.", "先用数字键或方向键猜一个，然后按 {} 问内核。";
    /// What to do next: an answer is chosen.
    try_ask: "{} asks the kernel. Before that you may still change your mind.", "{} спросит ядро. До этого ответ можно изменить.", "按 {} 问内核。在此之前还可以改。";
    /// What to do next: a goal. Five keys.
    try_goal: "This is yours: {} types a statement, {} a message. {} is a hint, {} the answer, {} begins again.", "Теперь вы сами: {} — команда, {} — сообщение. {} — подсказка, {} — ответ, {} — начать заново.", "这一步由你来做：{} 输入语句，{} 输入消息。{} 是提示，{} 是答案，{} 重新开始。";
    /// What to do next: a step is read.
    try_on: "{} goes on.", "{} — дальше.", "按 {} 继续。";
    /// What to do next: the lesson is over.
    try_next: "{} begins the next lesson.", "{} начнёт следующий урок.", "按 {} 开始下一课。";
    /// Instead of an explanation that would tell the answer to a question.
    hidden: "? This would tell the answer to a question; {} asks for it all the same.", "? Это подсказало бы ответ на вопрос; {} всё равно покажет.", "? 这会泄露一道题的答案；按 {} 仍可查看。";
    /// A question is to be answered first: the first option's key, the last one's, another way.
    choose_first: "what will the kernel answer? {} to {} or {} chooses; then ask it", "что ответит ядро? выбор: от {} до {} или {}; потом спросите его", "内核会怎样回答？按 {} 到 {} 或 {} 选择，然后问它";
    /// A key that stands for no option: the first one's, the last one's.
    options: "the options are {} to {}", "варианты: от {} до {}", "选项是 {} 到 {}";
    /// Not all options were seen.
    read_first: "the text goes on here; choose when you have seen all of it", "здесь текст продолжается; выбирайте, когда увидите его весь", "后面还有内容；全部看完再选";
    /// There is no question.
    no_choice: "there is nothing to choose here", "здесь нечего выбирать", "这里没有可选的";
    /// The text is not to be seen; a key.
    behind: "the text is behind this view; {} shows it", "текст закрыт этим видом; {} покажет его", "课文在这个视图后面；按 {} 显示";
    /// The text cannot be scrolled.
    at_edge: "the text goes no further", "дальше текста нет", "课文到头了";
    /// A statement is being run.
    at_work: "the kernel is still at work", "ядро ещё работает", "内核还在工作";
    /// A statement is being run; the key that begins the step again.
    at_work_still: "the kernel is still at work; {} begins the step again", "ядро ещё работает; {} начнёт шаг заново", "内核还在工作；按 {} 重新开始这一步";
    /// The option is the chosen one.
    chosen_already: "this is chosen already", "это уже выбрано", "已经选了这一项";
    /// The lesson is left for free play.
    free_play: "the bench is yours; {} returns to the lesson, and makes its bench anew", "стенд ваш; {} вернёт к уроку и заново построит его стенд", "实验台归你了；按 {} 回到课程，并重建它的实验台";
    /// Between the lines of the trace: a step's bench was built.
    bench_built: "-- lesson {}, step {}: the bench as it is there --", "-- урок {}, шаг {}: его стенд --", "-- 第 {} 课，第 {} 步：那一步的实验台 --";
    /// Beside the answer's statement at the prompt. Two keys.
    offered: "the answer · {}: run it · {}: back", "ответ · {}: выполнить · {}: назад", "答案 · {}：执行 · {}：返回";
    /// Beside a statement at the prompt. Two keys.
    typed: "{}: run · {}: back", "{}: выполнить · {}: назад", "{}：执行 · {}：返回";
    /// All hints are shown.
    last_hint: "that was the last hint; {} puts the answer into the prompt", "подсказок больше нет; {} впишет ответ", "没有更多提示了；按 {} 填入答案";
    /// There is no goal.
    no_hint: "hints are for goals; here {} goes on", "подсказки есть только у заданий; здесь {} — дальше", "只有目标才有提示；这里按 {} 继续";
    /// There is no goal.
    no_answer: "answers are for goals; here {} goes on", "ответы есть только у заданий; здесь {} — дальше", "只有目标才有答案；这里按 {} 继续";
    /// The key that goes on has nothing to go on to.
    was_last: "that was the last lesson; {} lists them all", "это был последний урок; {} покажет все", "这是最后一课；按 {} 列出全部";
    /// As a line: a lesson begins (number, title, steps, minutes).
    line_title: "Lesson {}: {}. Steps: {}. Minutes: about {}.", "Урок {}: {}. Шагов: {}. Минут: около {}.", "第 {} 课：{}。共 {} 步，约 {} 分钟。";
    /// As a line: a step begins.
    line_step: "Step {} of {}.", "Шаг {} из {}.", "第 {} 步，共 {} 步。";
    /// As a line: the statement that Enter runs.
    line_runs: "Enter runs: {}", "Enter выполнит: {}", "回车将执行：{}";
    /// As a line: a statement that was run.
    line_did: "done: {}", "сделано: {}", "已执行：{}";
    /// As a line: a statement further down.
    line_then: "then: {}", "затем: {}", "然后：{}";
    /// As a line: a statement's result.
    line_came: "came: {}, as the lesson has it.", "результат: {}, как в уроке.", "结果：{}，与课文相同。";
    /// As a line: a statement's result, which reads otherwise than the lesson has it.
    line_came_holds: "came: {}; the lesson has {}, which holds.", "результат: {}; в уроке {}, это верно.", "结果：{}；课文是 {}，成立。";
    /// As a line: a statement's result, which is another one than the lesson's.
    line_came_other: "came: {}. This kernel answers otherwise: the lesson has {}.", "результат: {}. Это ядро отвечает иначе: в уроке {}.", "结果：{}。这个内核的回答不同：课文是 {}。";
    /// As a line: a question.
    line_question: "Question: what will the kernel answer to: {}", "Вопрос: что ответит ядро на {}", "问题：内核会怎样回答 {}";
    /// As a line: how to answer.
    line_answer: "Type the number of your answer, {} to {}.", "Введите номер ответа, от {} до {}.", "输入答案的编号，{} 到 {}。";
    /// As a line: the verdict.
    line_right: "Right. The kernel answered {}", "Верно. Ядро ответило {}", "正确。内核的回答是 {}";
    /// As a line: the verdict.
    line_wrong: "Wrong. You said {}", "Неверно. Вы сказали {}", "错误。你选的是 {}";
    /// As a line: the kernel's answer.
    line_kernel: "The kernel answered {}", "Ядро ответило {}", "内核的回答是 {}";
    /// As a line: no option holds.
    line_none: "None of them. This kernel answered {}", "Ни один из них. Это ядро ответило {}", "都不是。这个内核的回答是 {}";
    /// As a line: a goal begins.
    line_goal: "Goal: bring this about, by statements of your own:", "Задание: добейтесь этого своими командами:", "目标：用你自己的语句做到：";
    /// As a line: a condition holds.
    line_holds: "holds: {}", "выполнено: {}", "成立：{}";
    /// As a line: a condition does not hold yet.
    line_not_yet: "not yet: {}", "ещё нет: {}", "还没有：{}";
    /// As a line: a condition came to hold.
    line_holds_now: "holds now: {}", "теперь выполнено: {}", "现在成立：{}";
    /// As a line: a condition ceased to hold.
    line_holds_no_longer: "holds no longer: {}", "больше не выполнено: {}", "不再成立：{}";
    /// As a line: what came instead of what a condition wants.
    line_differs: "not yet: {} (so far: {})", "ещё нет: {} (пока: {})", "还没有：{}（目前：{}）";
    /// As a line: what helps with a goal.
    line_help: "hint gives a hint (hints: {}); answer gives the answer, statement by statement.", "hint — подсказка (всего: {}); answer — ответ по одной команде.", "hint 给出提示（共 {} 条）；answer 逐条给出答案。";
    /// As a line: the goal is reached.
    line_reached: "Reached: all of the goal holds.", "Готово: всё задание выполнено.", "已达到：目标全部成立。";
    /// As a line: the answer's next statement.
    line_offer: "The answer has this statement next, Enter runs it: {}", "Следующая команда ответа, Enter выполнит её: {}", "答案的下一条语句，回车执行：{}";
    /// As a line: the step is done.
    line_on: "Enter goes on.", "Enter — дальше.", "按回车继续。";
    /// As a line: the lesson is done.
    line_done: "Lesson {} is done.", "Урок {} пройден.", "第 {} 课完成了。";
    /// As a line: a missed question comes next.
    line_missed: "Enter: a question that you missed, once more. quit leaves.", "Enter: вопрос, на котором вы ошиблись. quit — выход.", "回车：再答一道答错过的题。quit 退出。";
    /// As a line: what follows.
    line_next: "Enter begins lesson {}: {}. quit leaves.", "Enter начнёт урок {}: {}. quit — выход.", "回车开始第 {} 课：{}。quit 退出。";
    /// As a line: nothing follows.
    line_last: "It was the last one. lessons lists them all, quit leaves.", "Это был последний. lessons — список, quit — выход.", "这是最后一课。lessons 列出全部，quit 退出。";
}

/// The footer's words for what keys do, in English, Russian and Chinese.
const FOOTER: &[[&str; 3]] = &[
    ["next", "дальше", "继续"],
    ["hint", "подсказка", "提示"],
    ["answer", "ответ", "答案"],
    ["say", "сказать", "说话"],
    ["type", "команда", "语句"],
    ["play/lesson", "играть/урок", "练习/课程"],
    ["all", "все", "全部"],
    ["help", "помощь", "帮助"],
    ["quit", "выход", "退出"],
    ["lessons", "уроки", "课程"],
    ["read", "читать", "读"],
    ["kill", "убить", "杀死"],
    ["close", "закрыть", "关闭"],
    ["new", "новый", "新建"],
    ["why", "почему", "为什么"],
    ["undo", "отменить", "撤销"],
    ["again", "заново", "重来"],
    ["stop", "остановить", "停止"],
    ["who speaks", "кто говорит", "谁说话"],
    ["copy", "копировать", "复制"],
    ["diagram", "схема", "图"],
    ["5 kinds", "5 видов", "五种"],
    ["zoom", "крупно", "放大"],
    ["processes", "процессы", "进程"],
    ["channels", "каналы", "通道"],
    ["trace", "трасса", "跟踪"],
    ["holders", "кто держит", "持有者"],
    ["matrix", "матрица", "矩阵"],
    ["otherwise", "иначе", "其他可能"],
    ["back in time", "в прошлое", "回到过去"],
];

/// What the footer says of a key, in the language of the lesson beside it; in English where it is not translated.
pub fn footer(language: &str, word: &'static str) -> &'static str {
    let at = match language {
        "ru" => 1,
        "zh" => 2,
        _ => return word,
    };
    FOOTER.iter().find(|row| row[0] == word).map_or(word, |row| row[at])
}

/// The words of a language; English for one that is not known.
pub fn of(language: &str) -> &'static Words {
    match language {
        "ru" => &RUSSIAN,
        "zh" => &CHINESE,
        _ => {
            debug_assert!(language == language::ORIGINAL, "{language}");
            &ENGLISH
        }
    }
}

/// A phrase with each `{}` replaced, in order.
pub fn fill(phrase: &str, values: &[&dyn Display]) -> String {
    let mut parts = phrase.split("{}");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        if let Some(value) = values.get(at) {
            text.push_str(&value.to_string());
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_has_the_same_places_and_is_translated_in_every_language() {
        for (name, all) in TABLE {
            let places = all.map(|phrase| phrase.matches("{}").count());
            assert!(places[0] == places[1] && places[1] == places[2], "{name}: {places:?}");
            assert!(all[0] != all[1] && all[1] != all[2], "{name} is not translated");
        }
        assert_eq!(fill("{} of {}", &[&1, &"two"]), "1 of two");
        assert_eq!(of("ru").step, "шаг {} из {}");
    }
}
