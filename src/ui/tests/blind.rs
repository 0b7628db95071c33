//! The colours as people see them who lack one kind of cone: what stands side by side can still be told apart.

use super::*;
use crate::ui::direction::Direction;
use crate::ui::theme::Ground;

/// What each of red, green and blue gives of the others, in light: Machado, Oliveira and Fernandes 2009, nothing left of the cone.
const SEEN: [(&str, [[f64; 3]; 3]); 4] = [
    ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "no long",
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    ),
    (
        "no middle",
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    ),
    (
        "no short",
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
    ),
];

type Light = [f64; 3];

/// A colour as it is seen, in L*a*b*.
fn lab(colour: Color, cones: &[Light; 3]) -> Light {
    let light = <[u8; 3]>::from(theme::rgb(colour).unwrap()).map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    let product = |row: &Light, light: &Light| row.iter().zip(light).map(|(one, other)| one * other).sum::<f64>();
    let seen = cones.map(|row| product(&row, &light).clamp(0.0, 1.0));
    let white = [0.950_47, 1.0, 1.088_83];
    let xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
    let [x, y, z] = [0, 1, 2].map(|at| {
        let part: f64 = product(&xyz[at], &seen) / white[at];
        if part > 0.008_856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// How different two colours look: from 2 on it can be seen, from 10 on at a glance.
fn difference(one: Color, other: Color, cones: &[Light; 3]) -> f64 {
    let parts = lab(one, cones).into_iter().zip(lab(other, cones));
    parts.map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn a_colour_s_difference_is_what_it_is_known_to_be() {
    let all = &SEEN[0].1;
    assert!((difference(Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255), all) - 100.0).abs() < 0.1);
    // Red and green of one lightness are the same to who lacks a cone for one of them, and to nobody else.
    let (red, green) = (Color::Rgb(200, 90, 60), Color::Rgb(118, 118, 60));
    assert!(difference(red, green, all) > 45.0);
    assert!(difference(red, green, &SEEN[2].1) < difference(red, green, all) / 2.0);
}

#[test]
fn neighbouring_writes_differ_in_hue_for_everybody() {
    for (colours, least) in [(Colours::True, 30.0), (Colours::Indexed, 30.0), (Colours::Sixteen, 15.0)] {
        let hue = |write| Theme::with(colours).hue(Direction::Right.mark(write)).bg.unwrap();
        for (who, cones) in &SEEN {
            for write in 1..=6 {
                let apart = difference(hue(write), hue(write + 1), cones);
                assert!(apart >= least, "{colours:?}, {who}: writes {write} and {} are {apart:.0} apart", write + 1);
            }
        }
    }
}

#[test]
fn of_sixteen_colours_three_writes_in_a_row_have_three_names() {
    const FAMILIES: [[Color; 2]; 4] = [
        [Color::Green, Color::LightGreen],
        [Color::Yellow, Color::LightYellow],
        [Color::Cyan, Color::LightCyan],
        [Color::Gray, Color::White],
    ];
    let colour = |write| Theme::with(Colours::Sixteen).hue(Direction::Right.mark(write)).bg.unwrap();
    let family = |write| FAMILIES.iter().position(|shades| shades.contains(&colour(write))).unwrap();
    for write in 1..=6 {
        let three = [family(write), family(write + 1), family(write + 2)];
        assert!(three[0] != three[1] && three[1] != three[2] && three[0] != three[2], "{write}: {three:?}");
    }
    let first = Theme::with(Colours::Sixteen).hue(Direction::Left.mark(1)).bg.unwrap();
    assert!(!FAMILIES[family(1)].contains(&first), "the other way begins with another");
}

#[test]
fn what_is_alarming_looks_other_than_text_and_what_is_faint_for_everybody() {
    for ground in [Ground::Dark, Ground::Light, Ground::Room] {
        for colours in [Colours::True, Colours::Indexed] {
            let theme = Theme::with(colours).on(ground);
            let [text, faint, alarm, code] =
                [theme.base(), theme.faint(), theme.alarm(), theme.code()].map(|style| style.fg.unwrap());
            for (who, cones) in &SEEN {
                for (one, other, least) in
                    [(alarm, text, 25.0), (alarm, faint, 10.0), (code, text, 20.0), (faint, text, 15.0)]
                {
                    let apart = difference(one, other, cones);
                    assert!(apart >= least, "{ground:?} {colours:?}, {who}: {one:?} {other:?} {apart:.0}");
                }
            }
        }
    }
}
